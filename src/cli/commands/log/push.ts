// `log push`: ships by hand what waits, and says for each destination what became of it.
import { keyOf } from '../../../core/ship/destination.ts';
import type { Shipped } from '../../../flow/ship.ts';
import type { ShipPlace, ShippingStanding } from '../../../wire/ship.ts';
import { type Context, failWith } from '../../context.ts';
import type { PushOptions } from '../../log-options.ts';
import { plain, type Screen } from '../../screen.ts';
import type { PushDocument } from '../../ship-documents.ts';
import { kindWords, standingWords, toDocument } from '../../ship-words.ts';
import type { ExitCode } from '../../words.ts';

/** Milliseconds without anything taken; somebody waits for it. */
const PATIENCE = 10_000;
/** Some twenty seconds: a worker that ships is done by then, or has given up for now. */
const TRIES = 200;

export async function runPush(context: Context, { all = false }: PushOptions): Promise<ExitCode> {
  const { cwd, env, screen } = context;
  const [{ openLogPlace }, wire] = await Promise.all([
    import('../../../wire/log-place.ts'),
    import('../../../wire/ship.ts'),
  ]);
  const opened = await openLogPlace(cwd, env);
  if (!opened.ok) return failWith(context, opened.failure);
  const place: ShipPlace = { ...opened.value, env, directory: cwd };
  const before = await wire.shippingStanding(place);
  const { destinations, extent } = before.shipping;
  if (destinations.length === 0 || extent === 'off') return nothingSet(screen, before);
  const done = await screen.during('Shipping', (_waiting, say) => {
    const counts = new Map<string, number>();
    const told = (key: string, shipped: number): void => {
      counts.set(key, shipped);
      const sum = [...counts.values()].reduce((a, b) => a + b, 0);
      say(`Shipping: ${sum.toLocaleString('en')} lines so far`, 'Shipping');
    };
    const { signal } = new AbortController();
    const ask = { since: Date.now(), patience: PATIENCE, signal, byHand: true, all, told, tries: TRIES };
    return wire.shipNow(place, ask);
  });
  const after = await wire.shippingStanding(place);
  if (done !== null && !done.ok) return failWith(context, done.failure);
  return report(screen, after, done === null ? null : done.value);
}

function nothingSet(screen: Screen, { shipping }: ShippingStanding): ExitCode {
  const { extent, missets } = shipping;
  if (screen.json) {
    screen.document({ ...documentOf({ shipping, standings: [] }, []), busy: false } satisfies PushDocument);
    return missets.length > 0 ? 2 : 0;
  }
  sayMissets(screen, shipping.missets);
  if (missets.length > 0) return 2;
  screen.line(
    extent === 'off'
      ? 'Nothing is shipped: `git config scim-hook.ship` says off.'
      : 'Nothing is shipped: no destination is set. Name a collector, `git config --global scim-hook.otlpEndpoint https://…`, or a webhook, `git config --global --add scim-hook.webhook https://…`.',
  );
  return 0;
}

function report(screen: Screen, after: ShippingStanding, shipped: readonly Shipped[] | null): ExitCode {
  const isLeft =
    shipped === null ||
    shipped.some(({ failure }) => failure !== null) ||
    after.standings.some(({ lag }) => lag.lines > 0);
  const isMisset = after.shipping.missets.length > 0;
  const code = isLeft ? 1 : isMisset ? 2 : 0;
  if (screen.json) {
    screen.document({ ...documentOf(after, shipped ?? []), busy: shipped === null } satisfies PushDocument);
    return code;
  }
  if (shipped === null) screen.note('Another scim-hook ships right now: run it again in a moment.');
  const now = Date.now();
  const document = documentOf(after, shipped ?? []);
  for (const each of document.destinations) {
    const left = each.lag.lines > 0 || each.failed !== null;
    const lines = each.shipped === 1 ? '1 line' : `${each.shipped.toLocaleString('en')} lines`;
    const mark = left ? screen.paint.red('✗') : screen.paint.green('✓');
    screen.line(`${mark} ${plain(each.url)} (${kindWords(each)}): ${lines} shipped`);
    if (left || each.skipped + each.rejected > 0) screen.line(`  ${plain(standingWords(each, now))}`);
    const remedy = remedyOf(each.failed?.why ?? '');
    if (left && remedy !== null) screen.line(`  ${remedy}`);
  }
  sayMissets(screen, after.shipping.missets);
  return code;
}

function documentOf(after: ShippingStanding, shipped: readonly Shipped[]): Omit<PushDocument, 'busy'> {
  const counts = new Map(shipped.map((each) => [each.key, each.shipped]));
  const { destinations, ...document } = toDocument(after);
  return {
    ...document,
    destinations: after.standings.flatMap(({ destination }, index) => {
      const found = destinations[index];
      return found === undefined ? [] : [{ ...found, shipped: counts.get(keyOf(destination)) ?? 0 }];
    }),
  };
}

function sayMissets(screen: Screen, missets: ShippingStanding['shipping']['missets']): void {
  for (const { where, problem } of missets)
    screen.note(`${screen.paint.red('scim-hook:')} ${plain(`${where}: ${problem}`)}.`);
}

const remedyOf = (why: string): string | null =>
  why.includes('secret') ? 'Set it: `git config --global scim-hook.webhookSecret whsec_…`.' : null;
