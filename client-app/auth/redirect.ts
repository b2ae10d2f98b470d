import { broadcastResponseToMainFrame } from '@azure/msal-browser/redirect-bridge';

/**
 * The page that Entra sends people back to. It hands the answer to the app and holds nothing itself. Without an answer (after
 * signing out, or opened by hand) it leads home; inside a hidden frame it stays where it is.
 */
broadcastResponseToMainFrame().catch(() => {
  if (window.top === window) window.location.replace('../');
});
