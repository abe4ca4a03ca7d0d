// What a directory says of itself, asked once when somebody accepts it: a hint for later, and worth nothing as a promise.
import type { ProfileName, ProfileSettings } from '../core/profile.ts';
import { profileOf } from '../core/profile.ts';
import type { Ports } from './ports.ts';
import { EMPTY_ENDPOINT } from './recall.ts';

/** Never fails: many directories have no ServiceProviderConfig, or want another token for it (RFC 7644 section 4). */
export async function learnProvider(
  { connector, state, clock }: Pick<Ports, 'connector' | 'state' | 'clock'>,
  endpoint: string,
  { timeout, profile }: { readonly timeout: number; readonly profile: ProfileName | ProfileSettings },
): Promise<void> {
  const directory = connector.connect(endpoint, { pinned: true, timeout, profile: profileOf(profile) });
  const answer = await directory.provider();
  if (!answer.ok) return;
  const provider = { ...answer.value, at: clock.now() };
  await state.withLock(async () => {
    const { endpoints } = await state.readCache();
    const known = endpoints[endpoint] ?? EMPTY_ENDPOINT;
    const learned = { ...known, profile, traits: { ...known.traits, provider } };
    await state.writeCache({ endpoints: { ...endpoints, [endpoint]: learned } });
  });
}
