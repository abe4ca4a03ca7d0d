// Makes `npm test` work as the first command after cloning: installs and builds what is missing.
import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const at = (...parts) => join(root, ...parts);
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const run = (...args) =>
  execFileSync(npm, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });

const lock = at('package-lock.json');
const installed = at('node_modules', '.package-lock.json');
const missing = !existsSync(installed) || statSync(installed).mtimeMs < statSync(lock).mtimeMs - 1000;
// `npm ci` builds too, by `prepare`; where all is installed, the sources may still have changed since.
if (missing) run('ci');
else run('run', '--silent', 'build');
