// In which of its forms a config file is written, and whether a file is one.

/** The file that has another purpose, and the key under which it can hold our config. */
export const PACKAGE = 'package.json';
export const PACKAGE_KEY = 'scimsync';

/** Editors on Windows put a byte order mark before UTF-8; neither JSON nor YAML means anything by it (RFC 8259 section 8.1). */
export const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

/** A package.json without our key is not a config file. */
export function holdsConfig(file: string, text: string): boolean {
  if (file !== PACKAGE) return true;
  try {
    const parsed: unknown = JSON.parse(withoutMark(text));
    return typeof parsed === 'object' && parsed !== null && PACKAGE_KEY in parsed;
  } catch {
    return false;
  }
}

/** What begins like JSON, with a comment before it or not, was meant as JSON: its faults are told as such. */
export const isJson = (file: string, text: string): boolean =>
  file.endsWith('.json') || (!/\.ya?ml$/.test(file) && /^\s*(?:\{|\/[/*])/.test(text));
