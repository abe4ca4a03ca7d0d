// Whether the log's lines can leave for where they are meant to go, and how far behind they are.
import { isLoopback } from '../endpoint.ts';
import { type Finding, fine, problem, type Speech, warning } from '../finding.ts';
import { type Destination, type Shipping, shownUrl } from '../ship/destination.ts';
import { webhookKey } from '../ship/webhook-signature.ts';

export interface DestinationFacts {
  readonly destination: Destination;
  readonly lag: { readonly lines: number; readonly more: boolean; readonly oldest: string | null };
  readonly failed: { readonly at: string; readonly why: string } | null;
  readonly skipped: number;
  readonly rejected: number;
  readonly note: string | null;
  /** Of a webhook: what it is signed with; null: nothing. */
  readonly secret: string | null;
}

export interface ShippingFacts {
  readonly shipping: Shipping;
  readonly destinations: readonly DestinationFacts[];
}

export function checkShipping(
  { shipping, destinations }: ShippingFacts,
  now: number,
  { span }: Speech,
): Finding[] {
  const { extent, missets } = shipping;
  const wrong = missets.map(({ where, problem: what }) =>
    problem(
      'shipping',
      `${where}: ${what}.`,
      'Correct it: `git config --show-origin --get-regexp scim-hook` says where it is.',
    ),
  );
  if (shipping.destinations.length === 0)
    return wrong.length > 0 ? wrong : [fine('shipping', 'No destination for the log is set.')];
  if (extent === 'off') return [...wrong, fine('shipping', 'Nothing is shipped: scim-hook.ship is off.')];
  return [...wrong, ...destinations.flatMap((each) => checkOne(each, now, span))];
}

function checkOne(facts: DestinationFacts, now: number, span: Speech['span']): Finding[] {
  const { destination, lag, failed, skipped, rejected, note } = facts;
  const url = shownUrl(destination.url);
  const found: Finding[] = [];
  if (destination.url.startsWith('http:') && !isLoopback(destination.url))
    found.push(
      warning(
        'shipping',
        `${url} is plain http: whoever is on the way can read the log, and change what arrives.`,
        'Use https, or a collector on this machine.',
      ),
    );
  const key =
    destination.kind === 'webhook' ? (facts.secret === null ? null : webhookKey(facts.secret)) : undefined;
  if (key === null || key?.ok === false)
    found.push(
      problem(
        'shipping',
        key === null
          ? `There is no secret to sign with for ${url}, so nothing is sent there.`
          : `The secret to sign with for ${url} can't be used: ${key.failure}.`,
        'Make one, `echo "whsec_$(openssl rand -base64 32)"`; keep it with `git config --global scim-hook.webhookSecret …` or `git credential approve`, and give it to the receiver.',
      ),
    );
  else if (failed !== null && lag.lines > 0) {
    const since = lag.oldest === null ? '' : `, the oldest for ${span(now - Date.parse(lag.oldest))}`;
    found.push(
      warning(
        'shipping',
        `${lag.more ? 'At least ' : ''}${lag.lines} ${lag.lines === 1 ? 'line waits' : 'lines wait'} for ${url}${since}: ${failed.why}.`,
        'Nothing is lost: it is tried again at each switch. By hand: `scim-hook log push`.',
      ),
    );
  }
  if (skipped + rejected > 0)
    found.push(
      warning(
        'shipping',
        `${url} did not take ${skipped + rejected === 1 ? 'a line' : `${skipped + rejected} lines`} of those that were sent${note === null ? '' : `: ${note}`}.`,
        'They are in the log here: `scim-hook log export`. See what the receiver says of it.',
      ),
    );
  return found.length > 0 ? found : [fine('shipping', `${url} is up to date.`)];
}
