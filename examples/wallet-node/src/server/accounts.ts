/** The customers' money, in whole minor units of the currency in which the wallet settles. */
import type { Amount } from './answers.js';

export interface Customer {
  readonly id: string;
  /** Whole minor units, in digits. */
  readonly balance: string;
}

export class Accounts {
  private readonly balances: Map<string, bigint>;

  constructor(
    customers: readonly Customer[],
    private readonly currency: string,
  ) {
    this.balances = new Map(customers.map(({ id, balance }) => [id, BigInt(balance)]));
  }

  knows(customerId: string): boolean {
    return this.balances.has(customerId);
  }

  /** Takes the amount, or takes nothing and says why not. */
  debit(customerId: string, amount: Amount): string | undefined {
    const balance = this.balances.get(customerId);
    if (balance === undefined) {
      return 'USER_NOT_EXIST';
    }
    if (amount.currency !== this.currency) {
      return 'UNAVAILABLE_PAYMENT_METHOD';
    }
    const left = balance - BigInt(amount.value);
    if (left < 0n) {
      return 'USER_BALANCE_NOT_ENOUGH';
    }
    this.balances.set(customerId, left);
    return undefined;
  }

  /** Gives back an amount that was debited. */
  credit(customerId: string, amount: Amount): void {
    this.balances.set(customerId, (this.balances.get(customerId) ?? 0n) + BigInt(amount.value));
  }
}
