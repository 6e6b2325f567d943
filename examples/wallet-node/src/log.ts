/** One line on stderr. Never give it a payload, a code value or a key. */
export function log(where: string, problem: unknown): void {
  const words = problem instanceof Error ? problem.message : String(problem);
  console.error(`wallet-node: ${where}: ${words.replace(/[^ -~]/g, '?').slice(0, 500)}`);
}
