import { createPipelineRequest } from '@azure/core-rest-pipeline';
import { expect, test } from '@jest/globals';
import { azureClientArguments } from '../../../../shared/http/azure-client.ts';

test('an https endpoint needs no options', () => {
  expect(azureClientArguments(new URL('https://vault.example/'))).toEqual({
    url: 'https://vault.example',
    options: {},
  });
});

test('a loopback endpoint is given to the client as an https URL', () => {
  expect(azureClientArguments(new URL('http://localhost:7070/')).url).toBe(
    'https://localhost:7070',
  );
});

test('the client for plain http rejects other hosts', async () => {
  const { options } = azureClientArguments(new URL('http://localhost:7070/'));
  const request = createPipelineRequest({ url: 'https://vault.example/secrets/x', timeout: 1 });
  await expect(options.httpClient?.sendRequest(request)).rejects.toThrow(
    'for loopback addresses only',
  );
});
