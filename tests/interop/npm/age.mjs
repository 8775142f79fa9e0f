// What does another age program make of our files? Reads standard input, writes standard output.
//   node age.mjs open IDENTITY    node age.mjs seal RECIPIENT    node age.mjs new    node age.mjs recipient IDENTITY
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import { readFileSync, writeFileSync } from "node:fs";

const [verb, key] = process.argv.slice(2);

async function open() {
  const decrypter = new Decrypter();
  decrypter.addIdentity(key);
  return decrypter.decrypt(new Uint8Array(readFileSync(0)));
}

async function seal() {
  const encrypter = new Encrypter();
  encrypter.addRecipient(key);
  return encrypter.encrypt(new Uint8Array(readFileSync(0)));
}

const verbs = { open, seal, new: generateHybridIdentity, recipient: () => identityToRecipient(key) };
writeFileSync(1, await verbs[verb]());
