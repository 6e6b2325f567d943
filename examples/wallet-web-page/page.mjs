/** The wallet in a page: its screens, and at the end what testing adds. */
import { clientOf } from './client.mjs';
import { byHand, startPulling } from './doubles/index.js';

const found = (selector) => document.querySelector(selector);
const config = await (await fetch('config.json')).json();
const call = (name) => async (...given) => {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(`api/${name}`, { method: 'POST', headers, body: JSON.stringify(given) })).json();
};
const client = clientOf({ identify: call('identify'), decode: call('decode'), pay: call('pay') });

const show = (screen, words) => {
  found('main').dataset.screen = screen;
  found('h2').textContent = words;
  found('#confirm').hidden = screen !== 'cashier';
};
const confirmed = () => new Promise((done) => found('#confirm').addEventListener('click', done, { once: true }));
/** Shows each screen, and tells the double of it. Where the suite scans, nobody is there to confirm. */
const screensOf = (screens) => ({
  serverAnswer: (answer) => screens.serverAnswer(answer),
  async identityAnswer(codeValue, action) {
    if (action === 'NONE') show('refused', 'This code cannot be used here.');
    await screens.identityAnswer(codeValue, action);
  },
  async cashierPage() {
    show('cashier', 'Confirm the payment');
    const pressed = config.device ? undefined : confirmed();
    await screens.cashierPage();
    await pressed;
  },
  async resultPage(status, errorCode) {
    if (status === 'S') show('paid', 'Paid');
    else show('unpaid', `Not paid (${errorCode})`);
    await screens.resultPage(status, errorCode);
  },
});
const scan = async (phone) => {
  show('', '');
  await client({ ...phone, screens: screensOf(phone.screens) });
};

const build = { wallet: 'wallet-web-page', version: '1.0.0', scan };
if (config.device) startPulling(config.device, build);
const camera = byHand(config.errorPage, build);
found('#customer').append(...config.customers.map((customer) => new Option(customer)));
found('#camera').addEventListener('submit', (event) => {
  event.preventDefault();
  camera(found('#code').value, found('#customer').value);
});
