/**
 * Encodings and hashes: hexadecimal, Base64, percent encoding, `crc32` and its kin (HAProxy manual 7.3.1).
 *
 * Not here: the functions of `hash-type` themselves (`../../backend/balance/hash-functions.ts`).
 */
import { avalanche, HASH_FUNCTIONS } from '../../backend/balance/hash-functions.ts';
import type { HashFunction } from '../../config/config.ts';
import { ofBytes, ofText } from '../convert.ts';
import type { ConverterMaker } from '../convert.ts';
import { numberArgument } from '../fetch.ts';

function hash(name: HashFunction): ConverterMaker {
  return (args) => {
    const spread = numberArgument(args, 0) !== 0;
    return ofBytes((bytes) => {
      const value = HASH_FUNCTIONS[name](bytes, bytes.length);
      return spread ? avalanche(value) : value;
    });
  };
}

/** Null: it is not Base64. */
function base64Bytes(text: string): Uint8Array | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null;
  return new Uint8Array(Buffer.from(text, 'base64'));
}

/** `+` is a blank in a query; `form` says that all of it is one. Null: a percent sign without two digits. */
function percentDecoded(text: string, form: boolean): string | null {
  let query = form;
  let decoded = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '%') {
      const digits = text.slice(at + 1, at + 3);
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return null;
      decoded += String.fromCharCode(Number.parseInt(digits, 16));
      at += 2;
      continue;
    }
    if (character === '?') query = true;
    decoded += character === '+' && query ? ' ' : character;
  }
  return decoded;
}

/** All but what RFC 3986 2.3 calls unreserved. */
function percentEncoded(text: string): string {
  return text.replace(
    /[^A-Za-z0-9._~-]/gs,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

export const ENCODING_CONVERTERS: Readonly<Record<string, ConverterMaker>> = {
  hex: () => ofBytes((bytes) => Buffer.from(bytes).toString('hex').toUpperCase()),
  hex2i: () => ofText((text) => (/^[0-9A-Fa-f]{1,13}$/.test(text) ? Number.parseInt(text, 16) : null)),
  base64: () => ofBytes((bytes) => Buffer.from(bytes).toString('base64')),
  b64dec: () => ofText(base64Bytes),
  url_dec: (args) => ofText((text) => percentDecoded(text, numberArgument(args, 0) !== 0)),
  url_enc: () => ofText(percentEncoded),
  crc32: hash('crc32'),
  djb2: hash('djb2'),
  sdbm: hash('sdbm'),
  wt6: hash('wt6'),
};
