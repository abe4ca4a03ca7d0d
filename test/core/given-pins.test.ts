import { describe, expect, it } from 'vitest';
import { withPins } from '../../src/core/given-pins.ts';
import { type ConfigEntry, readSettings } from '../../src/core/settings.ts';

const pins = {
  endpoint: 'https://idp.example.com/scim/v2',
  subject: 'robot',
  subjectId: 'u-7',
  policy: 'refs/remotes/origin/main',
};
const entry = (scope: string, name: string, value: string): ConfigEntry => ({
  scope,
  key: `scim-hook.${name}`,
  value,
});

describe('pins that are given for one command', () => {
  it('count whole, whatever any scope pins of them', () => {
    const others = ['system', 'global', 'local'].flatMap((scope) =>
      ['endpoint', 'subject', 'subjectid', 'policy'].map((name) => entry(scope, name, 'other')),
    );
    expect(readSettings(withPins(others, pins)).pins).toEqual(pins);
  });

  it('leave what bounds access as it is', () => {
    const bounds = [
      entry('system', 'mode', 'audit'),
      entry('global', 'allow', 'jit-*'),
      entry('local', 'home', '/state'),
    ];
    const { pins: _, ...before } = readSettings(bounds);
    expect(readSettings(withPins(bounds, pins))).toMatchObject(before);
  });
});
