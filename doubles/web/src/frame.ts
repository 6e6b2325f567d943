/// <reference lib="dom" />
/** Alipay+'s own pages over those of the wallet, as the client SDK opens them in an app. */

/** What Alipay+'s own pages are opened in: the test build's, where it has one. */
export interface Webview {
  /** Opens a page in the place of what is open; `cameTo` is told of each address of the wallet's own that it comes to. */
  open(url: string, cameTo?: (url: string) => void): void;
  close(): void;
}

const ID = 'mpp-doubles-webview';

/**
 * A frame over the whole page, with a button that closes it; nothing where there is no page, on Node. A browser says
 * where a frame is only when that is of the page's own origin.
 */
export const FRAME: Webview = {
  open(url, cameTo) {
    if (typeof document === 'undefined') {
      return;
    }
    FRAME.close();
    const frame = document.createElement('iframe');
    Object.assign(frame, { src: url, title: 'Alipay+' });
    Object.assign(frame.style, { flex: '1', border: '0' });
    frame.addEventListener('load', () => {
      const at = ownAddress(frame);
      if (at !== undefined) {
        cameTo?.(at);
      }
    });
    const button = document.createElement('button');
    Object.assign(button, { type: 'button', textContent: '\u00d7', ariaLabel: 'Close', onclick: () => FRAME.close() });
    Object.assign(button.style, { alignSelf: 'start', minWidth: '2.5em', minHeight: '2.5em' });
    const over = document.createElement('div');
    over.id = ID;
    const whole = { position: 'fixed', inset: '0', zIndex: '2147483647', background: 'white' };
    Object.assign(over.style, whole, { display: 'flex', flexDirection: 'column' });
    over.append(button, frame);
    document.body.append(over);
  },
  close() {
    if (typeof document !== 'undefined') {
      document.getElementById(ID)?.remove();
    }
  },
};

function ownAddress(frame: HTMLIFrameElement): string | undefined {
  try {
    const at = frame.contentWindow?.location.href;
    return at?.startsWith(`${location.origin}/`) ? at : undefined;
  } catch {
    return undefined;
  }
}
