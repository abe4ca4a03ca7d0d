// Which `http.<url>.*` is about an endpoint: held against what git itself says.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { httpSetting } from '../../src/core/url-match.ts';

const root = mkdtempSync(join(tmpdir(), 'scim-hook-http-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test('as git matches URLs', () => {
  const host = fc.constantFrom(
    'idp.example.com',
    '*.example.com',
    'idp.*.com',
    '*.*.*',
    '*.com',
    'IDP.example.COM',
    'example.com',
    'idp.example.com:443',
    'idp.example.com:8443',
    'bob@idp.example.com',
    'idp.example.com.',
  );
  const path = fc.constantFrom('', '/', '/scim', '/scim/', '/scim/v2', '/sci', '/scim/v2/Users', '/Scim');
  const scheme = fc.constantFrom('https://', 'http://', '');
  const url = fc.tuple(scheme, host, path).map((parts) => parts.join(''));
  const endpoint = fc.constantFrom(
    'https://idp.example.com/scim/v2',
    'https://idp.example.com',
    'https://idp.example.com./scim',
    'https://idp.example.com:8443/scim',
  );
  const patterns = fc.array(fc.option(url), { maxLength: 6 });
  const file = join(root, 'config');
  fc.assert(
    fc.property(patterns, endpoint, (found, asked) => {
      const entries = found.map((pattern, at) => ({
        scope: 'global',
        key: pattern === null ? 'http.proxy' : `http.${pattern}.proxy`,
        value: `p${at}`,
      }));
      const text = found.map((each, at) => `[http${each === null ? '' : ` "${each}"`}]\nproxy = p${at}\n`);
      writeFileSync(file, text.join(''));
      const said = spawnSync('git', ['config', '--file', file, '--get-urlmatch', 'http.proxy', asked], {
        encoding: 'utf8',
      });
      expect(httpSetting(entries, 'proxy', asked)).toBe(said.status === 0 ? said.stdout.trimEnd() : null);
    }),
    { numRuns: 300 },
  );
});
