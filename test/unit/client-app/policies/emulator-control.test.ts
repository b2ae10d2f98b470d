import { expect, test } from '@jest/globals';
import { createEmulatorControl } from '../../../../client-app/policies/emulator-control.ts';

const cloudSettings = {
  authority: 'http://e',
  clientId: 'c',
  originalApiUrl: 'http://o',
  originalApiId: 'api://o',
};
const localSettings = {
  ...cloudSettings,
  emulators: { controlUrl: 'http://s/control', controlToken: 't' },
};

/** A control API that returns the same body for every request. */
function respondWith(body: object) {
  const requests: Request[] = [];
  const send: typeof fetch = async (input, init) => {
    requests.push(new Request(input, init));
    return Response.json(body);
  };
  return { requests, send };
}

test('returns undefined when the settings name no emulators', () => {
  expect(createEmulatorControl(cloudSettings)).toBeUndefined();
});

test('sends a change with the control token and without cookies', async () => {
  const { requests, send } = respondWith({ policies: [{ name: 'mfa', value: 'on' }] });
  await createEmulatorControl(localSettings, send)?.setPolicy({ name: 'mfa', value: 'on' });
  const [request] = requests;
  expect(request).toMatchObject({
    url: 'http://s/control/policies',
    method: 'PUT',
    credentials: 'omit',
  });
  expect(request?.headers.get('x-control-token')).toBe('t');
  expect(await request?.json()).toEqual({ name: 'mfa', value: 'on' });
});

test('returns all policies after a change', async () => {
  const { send } = respondWith({ policies: [{ name: 'mfa', value: 'on' }] });
  const control = createEmulatorControl(localSettings, send);
  const policies = await control?.setPolicy({ name: 'mfa', value: 'on' });
  expect(policies).toEqual([{ name: 'mfa', value: 'on' }]);
});

test('rejects when the response has an unexpected shape', async () => {
  const { send } = respondWith({ policies: 'none' });
  await expect(createEmulatorControl(localSettings, send)?.resetPolicies()).rejects.toThrow();
});
