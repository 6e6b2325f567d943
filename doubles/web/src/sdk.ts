/**
 * The double of the Alipay+ client SDK. It reports what it is asked to do, and opens what stands for Alipay+'s own pages:
 * it is a witness, not a guard. A second callback, one of another decode, a call after close: each is reported like any
 * other.
 *
 * The calls return promises where the SDK returns nothing. A wallet need not wait for them.
 */
import type { ReportName } from './reports.js';

export type Report = (name: ReportName, body: object) => Promise<void>;

/** How Alipay+'s own pages are opened; what is left out is not. */
export interface Pages {
  merchantPage?(url: string): void;
  errorPage?(): void;
}

export interface LaunchParams {
  readonly url: string;
  readonly userAgent?: string | null;
  readonly acDecodeConfig?: string | null;
  readonly title?: string | null;
}

export interface ActionParams {
  readonly sdkActionPayload?: string | null;
}

export interface DecodeServiceParams {
  readonly codeValue: string;
}

/** Empty, or with what came with HANDLE_BY_SDK. */
export interface DecodeServiceResult {
  readonly sdkActionPayload?: string | null;
}

export interface Callback<Result> {
  onSuccess(result: Result): void | Promise<void>;
  onFailure(errorCode: string, errorMessage: string): void | Promise<void>;
}

/** What the wallet registers, and the SDK calls when it has intercepted an order code. */
export interface MPMService {
  decode(params: DecodeServiceParams, callback: Callback<DecodeServiceResult>): void | Promise<void>;
}

export class AlipayPlusClientMPM {
  /** Set by the wallet. */
  mpmService: MPMService | undefined;

  constructor(
    private readonly report: Report,
    private readonly pages: Pages = {},
  ) {}

  /** The wallet opens a merchant page. */
  async launch(params: LaunchParams, callback?: Callback<Record<string, never>>): Promise<void> {
    this.pages.merchantPage?.(params.url);
    await this.report('launch', params);
    await callback?.onSuccess({});
  }

  /** The wallet hands over what came with HANDLE_BY_SDK for an order code. */
  handleAction(params: ActionParams): Promise<void> {
    this.opensErrorPage(params);
    return this.report('handle-action', params);
  }

  /** The suite has the SDK call the wallet's decode; `callback` names this call. Throws where nothing is registered. */
  decode(codeValue: string, callback: string): void | Promise<void> {
    if (this.mpmService === undefined) {
      throw new Error('the wallet has registered no mpmService');
    }
    const { report } = this;
    return this.mpmService.decode(
      { codeValue },
      {
        onSuccess: (result) => {
          this.opensErrorPage(result);
          return report('decode-callback', { ...result, callback, outcome: 'success' });
        },
        onFailure: (errorCode, errorMessage) =>
          report('decode-callback', { callback, outcome: 'failure', errorCode, errorMessage }),
      },
    );
  }

  /** A wallet in JavaScript may hand over nothing at all. */
  private opensErrorPage(given: ActionParams | DecodeServiceResult | null | undefined): void {
    if (given?.sdkActionPayload) {
      this.pages.errorPage?.();
    }
  }
}

/** What the wallet's own pages show. */
export class Screens {
  constructor(private readonly report: Report) {}

  /** The cashier page is shown. Confirm it when this has come back. */
  cashierPage(): Promise<void> {
    return this.report('cashier-page', {});
  }

  /** The payment result page is shown: `S` paid, `F` not paid. */
  resultPage(status: 'S' | 'F', errorCode?: string): Promise<void> {
    return this.report('result-page', { status, errorCode });
  }

  /** Optional (`app_link`): the server has told the client what a code is. */
  identityAnswer(codeValue: string, action: 'OPEN_URL' | 'DECODE' | 'NONE'): Promise<void> {
    return this.report('identity-answer', { codeValue, action });
  }

  /** Optional (`app_link`): the server has handed the client the outcome of userInitiatedPay. */
  serverAnswer(answer: {
    readonly actionType?: string | null;
    readonly sdkActionPayload?: string | null;
    readonly paymentStatus?: 'S' | 'F' | null;
    readonly errorCode?: string | null;
  }): Promise<void> {
    return this.report('server-answer', answer);
  }
}
