// The informers of @kubernetes/client-node on Services and ServiceCIDRs: add, update and delete come in, and after a
// kill -9 of the server the informer goes on with what is there. node informers.mjs KUBECONFIG RESTART-COMMAND
import { spawnSync } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import * as k8s from '@kubernetes/client-node';

const [kubeconfig, restart] = process.argv.slice(2);
const config = new k8s.KubeConfig();
config.loadFromFile(kubeconfig);
const core = config.makeApiClient(k8s.CoreV1Api);
const networking = config.makeApiClient(k8s.NetworkingV1Api);
const namespace = 'default';

async function eventually(what, condition) {
  for (let tries = 0; tries < 300; ++tries) {
    if (condition()) return;
    await pause(100);
  }
  throw new Error(`not within 30 s: ${what}`);
}

// An informer, what it has told, and whether it is to be kept alive.
function follow(path, list) {
  const informer = k8s.makeInformer(config, path, list);
  const told = [];
  const state = { informer, told, alive: true };
  for (const kind of ['add', 'update', 'delete']) informer.on(kind, (object) => told.push(`${kind} ${object.metadata.name}`));
  // The library leaves the new start to its user.
  informer.on('error', () => {
    if (state.alive) setTimeout(() => informer.start(), 200);
  });
  return state;
}

const service = (name) => ({
  metadata: { name, labels: { app: name } },
  spec: { ports: [{ port: 80 }] },
});

const services = follow(`/api/v1/namespaces/${namespace}/services`, () => core.listNamespacedService({ namespace }));
const ranges = follow('/apis/networking.k8s.io/v1/servicecidrs', () => networking.listServiceCIDR());
await services.informer.start();
await ranges.informer.start();
await eventually('the first range', () => ranges.told.includes('add kubernetes'));
await eventually('the first Service', () => services.told.includes('add kubernetes'));

const made = await core.createNamespacedService({ namespace, body: service('a') });
if (!made.spec.clusterIP) throw new Error('a has no address');
await eventually('add a', () => services.told.includes('add a'));
made.metadata.labels.more = 'yes';
await core.replaceNamespacedService({ namespace, name: 'a', body: made });
await eventually('update a', () => services.told.includes('update a'));
await networking.createServiceCIDR({ body: { metadata: { name: 'r' }, spec: { cidrs: ['10.98.0.0/28'] } } });
await eventually('the range becomes ready', () => ranges.informer.get('r')?.status?.conditions?.[0]?.status === 'True');

if (spawnSync('bash', ['-c', restart], { stdio: 'inherit' }).status !== 0) throw new Error('the server did not come back');
await core.createNamespacedService({ namespace, body: service('b') });
await eventually('add b after the restart', () => services.told.includes('add b'));
await core.deleteNamespacedService({ namespace, name: 'a' });
await eventually('delete a', () => services.told.includes('delete a'));
const known = services.informer.list().map((object) => object.metadata.name).sort();
if (String(known) !== 'b,kubernetes') throw new Error(`the informer knows ${known}`);

services.alive = ranges.alive = false;
await Promise.all([services.informer.stop(), ranges.informer.stop()]);
console.log(`client-node: ${services.told.length + ranges.told.length} notifications, all that were waited for`);
process.exit(0);
