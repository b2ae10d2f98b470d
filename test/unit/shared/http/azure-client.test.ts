import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { expect, test } from '@jest/globals';
import { addressOf } from '../../../../shared/http/azure-client.ts';

test('a service elsewhere is reached as it is named, without a way of ours', () => {
  expect(addressOf(new URL('https://vault.example/'))).toEqual({
    url: 'https://vault.example',
    options: {},
  });
});

test('the plain way of this machine leads to for loopback addresses only', async () => {
  const { url, options } = addressOf(new URL('http://localhost:7070/'));
  expect(url).toBe('https://localhost:7070');
  const send = (to: string) =>
    options.httpClient?.sendRequest(createPipelineRequest({ url: to, timeout: 1 }));
  await expect(send('https://vault.example/secrets/x')).rejects.toThrow('for loopback addresses only');
});
