/** Slips that real wallets make, to be switched on one by one: the suite has to find each of them. */
import { App } from './app/app.js';
import type { DecodeCallback, Phone } from './app/phone.js';
import type { Parts } from './parts.js';

type Slip = (parts: Parts) => Parts;

interface Fault {
  readonly about: string;
  readonly slip: Slip;
}

export const FAULTS: Readonly<Record<string, Fault>> = {
  'payload-rebuilt': {
    about: 'The server parses the payload and writes it anew, as if it were its own JSON.',
    slip: payloads((payload) => {
      try {
        return JSON.stringify(JSON.parse(payload));
      } catch {
        return payload;
      }
    }),
  },
  'payload-percent-encoded': {
    about: 'The server escapes the payload as if it went into a URL.',
    slip: payloads(encodeURIComponent),
  },
  'payload-trimmed': {
    about: 'The server trims the payload, as it trims what people type.',
    slip: payloads((payload) => payload.trim()),
  },
  'status-first': {
    about: 'The server looks at resultStatus before actionType: each F is a failure of its own.',
    slip: (parts) => ({
      ...parts,
      nextStep: (answer) =>
        answer.resultStatus === 'F' ? { kind: 'fail', errorCode: answer.resultCode } : parts.nextStep(answer),
    }),
  },
  'body-signed-rewritten': {
    about: 'The server signs its body written anew, with other white space than what it sends, and verifies nothing.',
    slip: (parts) => ({
      ...parts,
      sign: (message) => {
        const request: unknown = JSON.parse(Buffer.from(message.body).toString());
        return parts.sign({ ...message, body: Buffer.from(JSON.stringify(request, undefined, 1)) });
      },
      verify: () => true,
    }),
  },
  'handle-action-twice': {
    about: 'The app calls handleAction twice for one payload.',
    slip: appOf((phone) => new HandsOverTwice(phone)),
  },
  'handle-action-for-entry-code': {
    about: 'The app calls handleAction for entry codes too, and never runs the callback of decode.',
    slip: appOf((phone) => new HandsOverAlways(phone)),
  },
  'callback-before-result': {
    about: 'The app forgets to await the payment: the callback of decode runs before the result is there.',
    slip: appOf((phone) => new DoesNotWait(phone)),
  },
  'one-decode-callback': {
    about: 'The app keeps the callback of decode in one static place: another decode overwrites it.',
    slip: appOf((phone) => new OneCallback(phone)),
  },
  'own-error-page': {
    about: 'The app shows its own result page, where the client SDK was to act.',
    slip: appOf((phone) => new OwnErrorPage(phone)),
  },
};

class HandsOverTwice extends App {
  protected override async handOver(sdkActionPayload: string): Promise<void> {
    await super.handOver(sdkActionPayload);
    await super.handOver(sdkActionPayload);
  }
}

class HandsOverAlways extends App {
  protected override handBack(sdkActionPayload: string): Promise<void> {
    return this.handOver(sdkActionPayload);
  }
}

class DoesNotWait extends App {
  override async decode(codeValue: string, callback: DecodeCallback): Promise<void> {
    const answer = await this.askServer(codeValue);
    if (answer.actionType === 'HANDLE_BY_SDK') {
      return this.handBack(answer.sdkActionPayload, callback);
    }
    await callback.onSuccess({});
    await this.finish(answer);
  }
}

class OneCallback extends App {
  private static callback: DecodeCallback;

  override decode(codeValue: string, callback: DecodeCallback): Promise<void> {
    OneCallback.callback = callback;
    return super.decode(codeValue, {
      onSuccess: (result) => OneCallback.callback.onSuccess(result),
      onFailure: (errorCode, errorMessage) => OneCallback.callback.onFailure(errorCode, errorMessage),
    });
  }
}

class OwnErrorPage extends App {
  private static readonly RESULT = { status: 'F', errorCode: 'LIMIT_EXCEEDED' } as const;

  protected override handOver(): Promise<void> {
    return this.phone.screens.result(OwnErrorPage.RESULT);
  }

  protected override async handBack(_sdkActionPayload: string, callback: DecodeCallback): Promise<void> {
    await this.phone.screens.result(OwnErrorPage.RESULT);
    await callback.onFailure(OwnErrorPage.RESULT.errorCode, 'limit exceeded');
  }
}

function payloads(change: (payload: string) => string): Slip {
  return (parts) => ({
    ...parts,
    nextStep: (answer) => {
      const step = parts.nextStep(answer);
      return step.kind === 'sdk' ? { ...step, payload: change(step.payload) } : step;
    },
  });
}

function appOf(createApp: (phone: Phone) => App): Slip {
  return (parts) => ({ ...parts, createApp });
}
