// `doctor`: what could stop it from working here, problems first, each with its remedy.
import { CHECKS, FINDING_STATES, type Finding, type FindingState, worst } from '../../core/finding.ts';
import { examine } from '../../flow/doctor.ts';
import type { Context } from '../context.ts';
import type { DoctorDocument } from '../documents.ts';
import { indentOf, rowLines, wrap } from '../layout.ts';
import { said } from '../said.ts';
import { plain, type Screen } from '../screen.ts';
import { span } from '../time.ts';
import { type ExitCode, wordsOf } from '../words.ts';

export interface DoctorOptions {
  readonly verbose?: boolean;
}

export async function runDoctor(
  { cwd, env, screen }: Context,
  { verbose }: DoctorOptions,
): Promise<ExitCode> {
  const { openDoctor } = await import('../../wire/doctor.ts');
  const findings = await screen.during('Looking', async () => {
    const doctor = await openDoctor(cwd, env, { words: screen.json ? wordsOf : said, span });
    try {
      return (await examine(doctor)).map(printable);
    } finally {
      await doctor.close();
    }
  });
  if (screen.json) screen.document(toDocument(findings));
  else show(screen, findings, verbose === true);
  return exitOfFindings(findings);
}

/** What a finding quotes may come from a branch, a file or a server. */
function printable(finding: Finding): Finding {
  const clean = (text: string): string => text.split('\n').map(plain).join('\n');
  const { says, remedy } = finding;
  return { ...finding, says: clean(says), ...(remedy === undefined ? {} : { remedy: clean(remedy) }) };
}

const toDocument = (findings: readonly Finding[]): DoctorDocument => ({
  state: worst(findings),
  checks: findings.map(({ check, state, says, remedy }) => ({
    check,
    state,
    says,
    ...(remedy === undefined ? {} : { remedy }),
  })),
});

/** DESIGN section 5: of several, 4 (the token) comes before 1. */
function exitOfFindings(findings: readonly Finding[]): ExitCode {
  const problems = findings.filter(({ state }) => state === 'problem');
  if (problems.some(({ check }) => check === 'token')) return 4;
  return problems.length > 0 ? 1 : 0;
}

const NAME_WIDTH = Math.max(...CHECKS.map((check) => check.length));

function show(screen: Screen, findings: readonly Finding[], verbose: boolean): void {
  // What is fine, or has nothing to look at yet, is for those who ask; where nearly nothing can be seen is for all.
  const isSaid = ({ state, check }: Finding): boolean =>
    verbose || state === 'problem' || state === 'warning' || (state === 'skipped' && check === 'repository');
  const said = FINDING_STATES.flatMap((state) =>
    findings.filter((finding) => finding.state === state && isSaid(finding)),
  );
  for (const finding of said) showOne(screen, finding);
  if (said.length > 0) screen.line();
  const count = (state: FindingState): number =>
    new Set(findings.filter((each) => each.state === state).map(({ check }) => check)).size;
  const fine = count('ok') === 1 ? 'One check was fine' : `${count('ok')} checks were fine`;
  const blind = count('skipped') === 0 ? '' : `, ${count('skipped')} could not be made yet`;
  const verdict = worst(findings) === 'problem' ? '' : 'Nothing stands in the way. ';
  const all = `${verdict}${fine}${blind}${verbose ? '' : '; --verbose lists them'}.`;
  const { paint, columns } = screen;
  for (const line of wrap(all, columns, 0)) screen.line(verdict === '' ? line : paint.green(line));
}

function showOne(screen: Screen, { check, state, says, remedy }: Finding): void {
  const { paint, columns } = screen;
  const colours = { problem: paint.red, warning: paint.yellow, skipped: paint.dim, ok: paint.green };
  const label = `${state.padEnd(7)}  ${check}`;
  const width = 'problem'.length + 2 + NAME_WIDTH;
  for (const line of rowLines({ name: label, text: says }, columns, width, colours[state])) screen.line(line);
  if (remedy === undefined) return;
  const indent = indentOf(columns, width);
  wrap(remedy, columns, indent + 3).forEach((line, index) => {
    screen.line(`${' '.repeat(indent)}${index === 0 ? '-> ' : '   '}${line}`);
  });
}
