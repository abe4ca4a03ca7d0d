import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findBlock, hasEditedBlock, putBlock, renderBlock, takeBlock } from '../../src/core/hook-block.ts';

const TEMPLATE = readFileSync(new URL('../../hooks/post-checkout-block', import.meta.url), 'utf8');
const sha256 = (text: string): string => createHash('sha256').update(text, 'latin1').digest('hex');
const BLOCK = renderBlock(TEMPLATE, sha256);
const ALONE = renderBlock(TEMPLATE, sha256, true);
const put = (text: string, block = BLOCK): string => putBlock(text, block, sha256);
const take = (text: string): string => takeBlock(text, sha256);

/** Hooks as people have them, and everything that could be taken for our markers. */
const hookText = fc
  .tuple(
    fc.constantFrom(
      '',
      '#!/bin/sh',
      '#!/bin/sh\n',
      '#!/bin/sh\r\n',
      '#!/usr/bin/env bash\n',
      '#! /bin/zsh -f\n\n',
    ),
    fc.array(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 8 }),
        fc.constantFrom(
          '\n',
          '\r\n',
          'exec make\n',
          '# >>> scim-hook v1 ',
          `# >>> scim-hook v1 ${'0'.repeat(64)}\n`,
          '# <<< scim-hook\n',
          '\n# <<< scim-hook',
          BLOCK.text.slice(0, 90),
          BLOCK.text.slice(-40),
          'é\u00ff',
        ),
      ),
      { maxLength: 8 },
    ),
  )
  .map(([shebang, rest]) => shebang + rest.join(''));

const property = (check: (text: string) => void): void =>
  fc.assert(fc.property(hookText, check), { numRuns: 5000 });

describe('the block in any hook text', () => {
  it('taken out restores the bytes', () => {
    property((text) => {
      expect(take(put(text))).toBe(text);
      expect(take(put(text, ALONE))).toBe(text);
    });
  });

  it('put twice is put once', () => {
    property((text) => {
      expect(put(put(text))).toBe(put(text));
    });
  });

  it('comes before everything but the shebang', () => {
    property((text) => {
      const shebang = /^#![^\n]*\n?/.exec(text)?.[0] ?? '';
      expect(
        put(text).startsWith(`${shebang.replace(/(?<!\n)$/, shebang === '' ? '' : '\n')}${BLOCK.text}`),
      ).toBe(true);
    });
  });

  it('is not found where it was never put', () => {
    property((text) => {
      expect(findBlock(text, sha256)).toBeNull();
      expect(take(text)).toBe(text);
    });
  });
});

describe('a block of ours', () => {
  const hook = '#!/bin/sh\nexec make tags\n';

  it('is signed with its digest zeroed', () => {
    const digest = /[0-9a-f]{64}/.exec(BLOCK.text)?.[0] ?? '';
    expect(sha256(BLOCK.text.replace(digest, '0'.repeat(64)))).toBe(digest);
    expect(BLOCK.text.startsWith(`# >>> scim-hook v${BLOCK.version} ${digest}\n`)).toBe(true);
  });

  it.each([
    ['a line added within', (text: string) => text.replace('\n# <<<', '\nmake\n# <<<')],
    ['Windows line endings', (text: string) => text.replaceAll('\n', '\r\n')],
    ['another digest', (text: string) => text.replace(/[0-9a-f]{64}/, sha256('other'))],
    ['the end marker lengthened', (text: string) => text.replace('# <<< scim-hook', '# <<< scim-hook!')],
  ])('with %s is somebody else’s by now, and stays', (_, edit) => {
    const edited = edit(put(hook));
    expect(findBlock(edited, sha256)).toBeNull();
    expect(hasEditedBlock(edited, sha256)).toBe(true);
    expect(take(edited)).toBe(edited);
  });

  it('is no edited one', () => {
    expect(hasEditedBlock(put(hook), sha256)).toBe(false);
  });

  it('of an older version is replaced in its place, a newer one stays', () => {
    const newer = { version: 2, text: renderBlock(TEMPLATE.replace(' v1 ', ' v2 '), sha256).text };
    expect(put(put(hook), newer)).toBe(put(hook, newer));
    expect(put(put(hook, newer))).toBe(put(hook, newer));
    expect(take(put(put(hook), newer))).toBe(hook);
  });

  it('in a hook that was not executable keeps the rest of it off', () => {
    expect(put(hook, ALONE)).toMatch(/\nexit 0 #[^\n]*\n# <<< scim-hook\nexec make tags\n$/);
  });
});
