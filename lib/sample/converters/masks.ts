/**
 * `ipmask(mask4[,mask6])`: the network of an address (HAProxy manual 7.3.1). Without a mask for IPv6 such an address has none.
 *
 * Not here: networks as patterns (`../patterns/networks.ts`).
 */
import { parseMask } from '../addresses.ts';
import { ofIp } from '../convert.ts';
import type { ConverterMaker } from '../convert.ts';
import { textArgument } from '../fetch.ts';
import { IpAddress } from '../sample.ts';

export const ipmask: ConverterMaker = (args) => {
  const mask4 = parseMask(textArgument(args, 0), 4);
  const mask6 = args.length > 1 ? parseMask(textArgument(args, 1), 16) : null;
  return ofIp(({ bytes }) => {
    const mask = bytes.length === 4 ? mask4 : mask6;
    return mask === null ? null : new IpAddress(bytes.map((byte, at) => byte & (mask[at] ?? 0)));
  });
};
