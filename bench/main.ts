// Runs all benchmarks in one go and prints their figures against the targets.
import { cpus } from 'node:os';
import { benchAppend } from './append.ts';
import { benchClient } from './client.ts';
import type { Figure } from './figure.ts';
import { benchHook } from './hook.ts';
import { benchLog } from './log.ts';
import { benchReconcile } from './reconcile.ts';
import { benchStatus } from './status.ts';
import { benchSwitch } from './switch.ts';
import { benchVerify } from './verify.ts';

const only = process.argv[2];
const figures: Figure[] = [];
if (only === undefined || only === 'hook') figures.push(...(await benchHook()));
if (only === undefined || only === 'client') figures.push(...(await benchClient()));
if (only === undefined || only === 'switch') figures.push(...(await benchSwitch()));
if (only === undefined || only === 'reconcile') figures.push(...(await benchReconcile()));
if (only === undefined || only === 'status') figures.push(...(await benchStatus()));
if (only === undefined || only === 'append') figures.push(...(await benchAppend()));
if (only === undefined || only === 'log') figures.push(...(await benchLog()));
if (only === undefined || only === 'verify') figures.push(...(await benchVerify()));

console.log(
  `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${new Date().toISOString().slice(0, 10)}\n`,
);
console.log('| figure | measured | target | |\n|---|---|---|---|');
for (const { name, value, target, unit, note } of figures) {
  const verdict = target === null ? '' : value <= target ? 'met' : '**missed**';
  const shown = unit === '×' ? value.toFixed(3) : Number.isInteger(value) ? String(value) : value.toFixed(1);
  console.log(
    `| ${name}${note === undefined ? '' : ` (${note})`} | ${shown} ${unit} | ${target === null ? '' : `≤ ${target}`} | ${verdict} |`,
  );
}
