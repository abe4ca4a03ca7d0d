import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { recogniseHook, renderHook } from '../../src/core/hook-script.ts';

const TEMPLATE = readFileSync(new URL('../../hooks/post-checkout', import.meta.url), 'utf8');

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const render = (node: string): string => renderHook(TEMPLATE, node, sha256);
const recognise = (text: string) => recogniseHook(text, sha256);

/** Paths as people have them, and every character that means something to a shell or to String.replace. */
const nodePath = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1 }),
  fc.string({ unit: fc.constantFrom("'", '"', '$', '&', '`', '\\', ' ', '/', '@', 'x', '0', '#', '\n') }),
);

describe('renderHook', () => {
  it('gives the path to the shell in single quotes, as it stands', () => {
    expect(render('/opt/node 20/bin/node')).toContain("\nnode='/opt/node 20/bin/node'\n");
    expect(render('/a$HOME/$&/`x`/"q"/node')).toContain('\nnode=\'/a$HOME/$&/`x`/"q"/node\'\n');
    expect(render('C:\\Program Files\\nodejs\\node.exe')).toContain("'C:\\Program Files\\nodejs\\node.exe'");
    expect(render("/home/o'brien/node")).toContain("\nnode='/home/o'\\''brien/node'\n");
  });

  it('changes nothing but that path and the digest', () => {
    const text = render('/usr/bin/node');
    const back = text.replace(/\b[0-9a-f]{64}\b/, '0'.repeat(64)).replace("'/usr/bin/node'", "'@NODE@'");
    expect(back).toBe(TEMPLATE);
  });

  it('writes the same bytes each time', () => {
    expect(render('/usr/bin/node')).toBe(render('/usr/bin/node'));
  });

  it('signs the text with its digest zeroed, which anybody can check with sha256sum', () => {
    const text = render('/usr/bin/node');
    const digest = /^# scim-hook hook v1 ([0-9a-f]{64})$/m.exec(text)?.[1] ?? '';
    expect(text.split('\n')[1]).toBe(`# scim-hook hook v1 ${digest}`);
    expect(sha256(text.replace(digest, '0'.repeat(64)))).toBe(digest);
  });

  it('refuses a template that has no place for the path or the digest', () => {
    expect(() => renderHook(TEMPLATE.replace('@NODE@', 'node'), '/n', sha256)).toThrow(/template/);
    expect(() => renderHook(`#!/bin/sh\n${TEMPLATE}`, '/n', sha256)).toThrow(/template/);
  });
});

describe('recogniseHook', () => {
  it('knows every hook we render', () => {
    fc.assert(
      fc.property(nodePath, (node) => {
        expect(recognise(render(node))).toBe('ours');
      }),
    );
  });

  it('never takes an edited one for ours', () => {
    const text = render("/opt/it's/node");
    const edit = fc.record({
      at: fc.nat(text.length),
      gone: fc.nat(3),
      put: fc.oneof(
        fc.string({ unit: 'binary', maxLength: 3 }),
        fc.constantFrom('0', 'f', '\n', '\r\n', ' '),
      ),
    });
    fc.assert(
      fc.property(edit, ({ at, gone, put }) => {
        const edited = text.slice(0, at) + put + text.slice(at + gone);
        fc.pre(edited !== text);
        expect(recognise(edited)).not.toBe('ours');
      }),
      { numRuns: 2000 },
    );
  });

  it('never takes anybody else’s for ours', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(recognise(text)).toBe('foreign');
      }),
    );
  });

  it.each([
    ['a line added at the end', (text: string) => `${text}make tags\n`],
    ['a line put before the marker', (text: string) => text.replace('\n', '\nmake tags\n')],
    ['Windows line endings', (text: string) => text.replaceAll('\n', '\r\n')],
    ['no final newline', (text: string) => text.trimEnd()],
    ['another node', (text: string) => text.replace('/usr/bin/node', '/usr/local/bin/node')],
    ['a digest of other text', (text: string) => text.replace(/[0-9a-f]{64}/, sha256('other'))],
    ['a digest cut short', (text: string) => text.replace(/[0-9a-f]{64}/, 'abc')],
    [
      'a digest in capitals',
      (text: string) => text.replace(/[0-9a-f]{64}/, (digest) => digest.toUpperCase()),
    ],
  ])('sees %s', (_, edit) => {
    expect(recognise(edit(render('/usr/bin/node')))).toBe('ours-edited');
  });

  it('knows a later version’s, signed the same way, so that it can be taken out', () => {
    const unsigned = `#!/bin/sh\n# scim-hook hook v12 ${'0'.repeat(64)}\nexit 0\n`;
    expect(recognise(unsigned.replace('0'.repeat(64), sha256(unsigned)))).toBe('ours');
  });

  it('lets a hook that only speaks of us alone', () => {
    expect(recognise('#!/bin/sh\n# see the scim-hook hook v1 docs\necho scim-hook\n')).toBe('foreign');
    expect(recognise('')).toBe('foreign');
  });
});
