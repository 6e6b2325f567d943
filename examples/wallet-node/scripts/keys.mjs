// Makes two key pairs in keys/: the wallet's, and one for the simulated Alipay+. Keeps what is there already.
import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../keys/', import.meta.url));
mkdirSync(folder, { recursive: true });
for (const owner of ['mpp', 'alipay-plus']) {
  const privateFile = `${folder}${owner}-private-key.pem`;
  const publicFile = `${folder}${owner}-public-key.pem`;
  if (existsSync(privateFile)) {
    console.log(`kept ${privateFile}`);
    continue;
  }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(privateFile, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
  writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }));
  console.log(`made ${privateFile}`);
}
