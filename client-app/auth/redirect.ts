import { broadcastResponseToMainFrame } from '@azure/msal-browser/redirect-bridge';

// The script of the redirect URI. It passes Entra's response to the app and stores nothing. Without
// a response (after sign-out, or when a user opens the page), it opens the app, except in a hidden
// frame.
try {
  await broadcastResponseToMainFrame();
} catch {
  if (window.top === window) window.location.replace('../');
}
