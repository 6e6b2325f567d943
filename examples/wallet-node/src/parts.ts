/** The places in which this wallet can be built otherwise: `faults.ts` puts slips there. */
import { App } from './app/app.js';
import type { Phone } from './app/phone.js';
import type { Answer } from './server/answers.js';
import { nextStep, type Step } from './server/nextStep.js';
import type { Sign, Verify } from './server/signature.js';

export interface Parts {
  readonly sign: Sign;
  readonly verify: Verify;
  readonly nextStep: (answer: Answer) => Step;
  readonly createApp: (phone: Phone) => App;
}

export function rightParts(sign: Sign, verify: Verify): Parts {
  return { sign, verify, nextStep, createApp: (phone) => new App(phone) };
}
