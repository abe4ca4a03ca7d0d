// What one check of `doctor` found: how it stands, and what to do about it.
import type { Failure } from './failure.ts';

/** Every check, the most important first: what keeps all else from working stands before what it keeps from working. */
export const CHECKS = [
  'environment',
  'git',
  'repository',
  'hook',
  'node',
  'bundle',
  'pins',
  'policy',
  'mode',
  'allow',
  'state',
  'token',
  'proxy',
  'endpoint',
  'subject',
  'groups',
  'rules',
  'ledger',
  'owed',
  'spool',
  'worker',
  'lock',
  'log',
  'shipping',
  'rival',
  'clock',
  'branches',
] as const;
export type CheckName = (typeof CHECKS)[number];

export const FINDING_STATES = ['problem', 'warning', 'skipped', 'ok'] as const;
export type FindingState = (typeof FINDING_STATES)[number];

export interface Finding {
  readonly check: CheckName;
  readonly state: FindingState;
  readonly says: string;
  readonly remedy?: string;
}

/** How failures and times are put, which is for the command line to say. */
export interface Speech {
  words(failure: Failure): { readonly message: string; readonly remedy: string };
  /** Milliseconds, short. */
  span(milliseconds: number): string;
}

export const fine = (check: CheckName, says: string): Finding => ({ check, state: 'ok', says });
export const skipped = (check: CheckName, says: string): Finding => ({ check, state: 'skipped', says });
export const warning = (check: CheckName, says: string, remedy: string): Finding => ({
  check,
  state: 'warning',
  says,
  remedy,
});
export const problem = (check: CheckName, says: string, remedy: string): Finding => ({
  check,
  state: 'problem',
  says,
  remedy,
});

export const byImportance = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((a, b) => CHECKS.indexOf(a.check) - CHECKS.indexOf(b.check));

/** The state that speaks for all: what was skipped is no worse than what is fine. */
export const worst = (findings: readonly Finding[]): 'problem' | 'warning' | 'ok' =>
  (['problem', 'warning'] as const).find((state) => findings.some((each) => each.state === state)) ?? 'ok';
