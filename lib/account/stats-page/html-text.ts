/**
 * Texts and numbers as a page for people shows them.
 *
 * Not here: where they stand (`html.ts`, `columns.ts`).
 */

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Safe between tags and in quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** `1 d 2 h`, `3 min 5 s`: the two largest units. */
export function lasting(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return '0 s';
  const shown = parts.slice(first, first + 2).filter(([amount]) => amount > 0);
  return shown.map(([amount, unit]) => `${amount} ${unit}`).join(' ');
}

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'];

/** Thousands are set apart by a narrow space: `12 345`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(?:\d{3})+$)/g, '\u202f');
}

/** `1.2 MB`; below 1000 as it is. */
export function amount(bytes: number): string {
  let step = 0;
  let value = bytes;
  while (value >= 999.5 && step < PREFIXES.length - 1) {
    value /= 1000;
    step += 1;
  }
  const digits = step > 0 && value < 9.95 ? value.toFixed(1) : String(Math.round(value));
  return `${digits} ${PREFIXES[step] ?? ''}B`;
}
