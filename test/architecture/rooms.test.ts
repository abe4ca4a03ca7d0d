// The directions between the rooms, and the size of files: what ARCHITECTURE.md promises about the source.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

interface Cruised {
  readonly summary: {
    readonly totalCruised: number;
    readonly violations: readonly {
      readonly from: string;
      readonly to: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

function cruise(directory: string): Cruised['summary'] {
  const depcruise = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [depcruise, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', 'src'];
  try {
    return (
      JSON.parse(
        execFileSync(process.execPath, args, { cwd: directory, encoding: 'utf8', maxBuffer: 1e9 }),
      ) as Cruised
    ).summary;
  } catch (error) {
    // It exits with the number of violations, having printed them.
    return (JSON.parse((error as { stdout: string }).stdout) as Cruised).summary;
  }
}

test('nobody knows whom they must not', () => {
  const { totalCruised, violations } = cruise(root);
  expect(violations).toEqual([]);
  // A cruiser that understands no TypeScript finds nothing wrong either.
  expect(totalCruised).toBeGreaterThan(100);
});

test('each rule catches who breaks it', () => {
  const copy = mkdtempSync(join(tmpdir(), 'scim-hook-rooms-'));
  try {
    for (const name of ['src', 'tsconfig.json', 'package.json', '.dependency-cruiser.mjs']) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const plant = (file: string, line: string): void =>
      writeFileSync(join(copy, file), `${line}\n${readFileSync(join(copy, file), 'utf8')}`);
    plant('src/core/plan.ts', "import 'node:fs';");
    plant('src/flow/settle.ts', "import '../adapters/disk/lines.ts';");
    plant('src/adapters/git/git.ts', "import '../disk/lines.ts';");
    plant('src/adapters/config/faults.ts', "import '../../flow/settle.ts';");
    plant('src/worker/work.ts', "import '../cli/time.ts';");
    plant('src/directory/turn.ts', "import '../core/result.ts';");
    plant('src/adapters/process/clock.ts', "import 'node:net';");
    plant('src/wire/run.ts', "import '../adapters/http/trouble.ts';");
    plant('src/report/when.ts', "import '../cli/plain.ts';");
    plant('src/cli/time.ts', "import '../report/states.ts';");
    const broken = new Set(cruise(copy).violations.map(({ rule }) => rule.name));
    expect([...broken].sort()).toEqual(
      expect.arrayContaining([
        'adapters-are-strangers',
        'adapters-implement-ports',
        'core-is-pure',
        'flow-knows-ports-only',
        'http-in-one-place',
        'http-serves-two',
        'nothing-depends-on-the-command-line',
        'nothing-loads-the-page',
        'only-wire-chooses',
        'the-directory-stands-alone',
        'the-page-stands-alone',
        'the-worker-stays-lean',
      ]),
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
});

const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.ts'),
);

test('files are small, and open with what they are for', () => {
  const long = sources.filter(
    (name) => readFileSync(join(root, 'src', name), 'utf8').split('\n').length > 300,
  );
  const silent = sources.filter((name) => !readFileSync(join(root, 'src', name), 'utf8').startsWith('// '));
  expect({ long, silent }).toEqual({ long: [], silent: [] });
});
