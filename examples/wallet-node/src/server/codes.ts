/** Code identification by local rules: which codes are Alipay+'s, and what to do with them. */

export type CodeAction = 'OPEN_URL' | 'DECODE';

/** A template holds `{id}`, which stands for 20 digits. */
export interface CodeRule {
  readonly template: string;
  readonly action: CodeAction;
}

export type Identify = (codeValue: string) => CodeAction | 'NONE';

/** The first rule that a whole code matches decides; without one it is no code of Alipay+. */
export function identifier(rules: readonly CodeRule[]): Identify {
  const patterns = rules.map(({ template, action }) => ({ pattern: patternOf(template), action }));
  return (codeValue) => patterns.find(({ pattern }) => pattern.test(codeValue))?.action ?? 'NONE';
}

function patternOf(template: string): RegExp {
  const literals = template.split('{id}').map((literal) => literal.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literals.join('[0-9]{20}')}$`, 'u');
}
