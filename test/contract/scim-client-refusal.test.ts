// A directory that says no: which no it was is told apart, and its words are kept as far as they are of use.
import { describe, expect, test } from 'vitest';
import { failureOf, NOW, rig } from './scim-client-rig.ts';

describe('for now', () => {
  test.each([
    ['in seconds', 429, '7', 7_000],
    ['as a date', 429, 'Mon, 23 Nov 2026 18:16:16 GMT', 10_000],
    ['as a date of the oldest form', 429, 'Mon Nov 23 18:17:06 2026', 60_000],
    ['that is over', 429, 'Mon, 23 Nov 2026 18:00:00 GMT', 0],
    ['that makes no sense', 429, '-5', null],
    ['with a 503', 503, '120', 120_000],
  ])('with a time %s', async (_, status, header, retryAfter) => {
    await using it = await rig({ now: () => NOW });
    it.fake.misbehave({ how: 'answer', status, headers: { 'retry-after': header } });
    expect(failureOf(await it.directory.subject('u1'))).toEqual({
      code: 'throttled',
      endpoint: it.fake.url,
      status,
      retryAfter,
    });
  });

  test('without a time', async () => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status: 429 });
    expect(failureOf(await it.directory.subject('u1'))).toMatchObject({
      code: 'throttled',
      retryAfter: null,
    });
  });
});

describe('for good', () => {
  test.each([
    ['SCIM', { scimType: 'noTarget', detail: 'no such member', status: '400' }, 'noTarget', 'no such member'],
    [
      'JSON of its own',
      { code: 300, message: 'Unable to find the group.' },
      null,
      'Unable to find the group.',
    ],
    [
      'several parts',
      { detail: [{ field: 'members', why: ['unknown'] }, 'sorry', 7] },
      null,
      'members; unknown; sorry',
    ],
    ['control characters', { detail: 'a\u001b[31mb\r\nc' }, null, 'a [31mb c'],
  ])('in the words of the server, in %s', async (_, body, scimType, detail) => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status: 400, body: JSON.stringify(body) });
    expect(failureOf(await it.directory.removeMember('g1', 'u1'))).toEqual({
      code: 'rejected',
      endpoint: it.fake.url,
      status: 400,
      scimType,
      detail,
    });
  });

  test.each([
    '<html>Not allowed</html>',
    '',
    JSON.stringify({ detail: 'x'.repeat(100_000) }),
    JSON.stringify({ detail: { toString: 1, deep: [[[[1]]]] }, scimType: {} }),
    `{"detail": ${'['.repeat(100_000)}`,
  ])('whose words are of no use is still a refusal', async (body) => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status: 405, body });
    const failure = failureOf(await it.directory.addMember('g1', 'u1'));
    expect(failure).toMatchObject({ code: 'rejected', status: 405, scimType: null });
    expect(JSON.stringify(failure).length).toBeLessThan(500);
  });

  test.each([500, 501, 502, 503, 504, 599])('with a %i is a fault of the server', async (status) => {
    await using it = await rig();
    it.fake.misbehave({ how: 'answer', status, body: '<html>' });
    expect(failureOf(await it.directory.subject('u1'))).toMatchObject({ code: 'faulty', status });
  });
});
