// Configs for tests, short enough to read in a line.

export const rule = (
  name: string,
  branches: string | string[],
  groups: string | string[],
  more: object = {},
): object => ({
  name,
  branches: [branches].flat(),
  grant: { groups: [groups].flat() },
  ...more,
});

export const configFor = (endpoint: string, rules: readonly object[], more: object = {}): object => ({
  version: 1,
  scim: { endpoint, timeout: '2s' },
  ...more,
  rules,
});
