// The real hook managers, installed once for a test file, without their own install scripts.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface HookManagers {
  /** The programs, by the path of their entry. */
  readonly husky: string;
  readonly lefthook: string;
  readonly simpleGitHooks: string;
  readonly folder: string;
}

export function installHookManagers(): HookManagers {
  const folder = mkdtempSync(join(tmpdir(), 'scim-hook-managers-'));
  copyFileSync(join(import.meta.dirname, 'hook-managers', 'package.json'), join(folder, 'package.json'));
  // No lock: lefthook's lists packages of other platforms, which not every registry has.
  const args = ['install', '--ignore-scripts', '--no-package-lock', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', args, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  const at = (...parts: string[]): string => join(folder, 'node_modules', ...parts);
  return {
    folder,
    husky: at('husky', 'bin.js'),
    lefthook: at('lefthook', 'bin', 'index.js'),
    simpleGitHooks: at('simple-git-hooks', 'cli.js'),
  };
}
