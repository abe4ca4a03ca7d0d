// Before the e2e tests: packs the package and installs the tarball in an empty folder, as a person would get it.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The package as installed from its tarball. */
    readonly packageDirectory: string;
  }
}

export default function setup(project: TestProject): () => void {
  const root = resolve(import.meta.dirname, '../..');
  const folder = mkdtempSync(join(tmpdir(), 'scim-hook-packed-'));
  // Tests that meet a read-only directory run as somebody who isn't root, and must reach it too.
  chmodSync(folder, 0o755);
  const npm = (...args: string[]): void => {
    execFileSync('npm', [...args, '--silent', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  };
  npm('pack', root, '--ignore-scripts');
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? '';
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  npm('install', `./${tarball}`);
  project.provide('packageDirectory', join(folder, 'node_modules', 'scim-hook'));
  return () => rmSync(folder, { recursive: true, force: true });
}
