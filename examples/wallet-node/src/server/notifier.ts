/** notifyPayment: the same words again until Alipay+ says that it has them. */
import { setTimeout as pause } from 'node:timers/promises';
import { log } from '../log.js';
import type { AlipayPlus } from './alipayPlus.js';
import { NoAnswer } from './answers.js';

export class Notifier {
  constructor(
    private readonly alipayPlus: AlipayPlus,
    private readonly retryDelaysMs: readonly number[],
  ) {}

  /** Returns at once; a server with a database would write the notification down before it does. */
  announce(notification: object, notifyUrl?: string): void {
    this.repeat(notification, notifyUrl).catch((problem: unknown) => log('notifyPayment', problem));
  }

  private async repeat(notification: object, notifyUrl?: string): Promise<void> {
    for (const delay of [0, ...this.retryDelaysMs]) {
      await pause(delay);
      if (await this.taken(notification, notifyUrl)) {
        return;
      }
    }
    throw new Error('Alipay+ has not taken a notification');
  }

  private async taken(notification: object, notifyUrl?: string): Promise<boolean> {
    try {
      return (await this.alipayPlus.notifyPayment(notification, notifyUrl)).resultStatus === 'S';
    } catch (problem) {
      if (problem instanceof NoAnswer) {
        return false;
      }
      throw problem;
    }
  }
}
