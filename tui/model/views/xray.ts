// XRay: from a service through its replicas to the nodes under them, in one tree.

import type { Assignment, Service } from '../../../src/protocol/objects.ts';
import { type Line, span } from '../cells.ts';
import { refOf } from '../refs.ts';
import { lineRow, type Row } from '../table.ts';
import type { View, ViewContext } from '../view.ts';
import { nodeSpan, percent, plural, serviceState, stateSpan } from '../wording.ts';
import { replicaName } from '../world.ts';

export const xrayView: View = {
  id: 'xray',
  title: 'XRay',
  digit: '8',
  aliases: ['x', 'tree'],
  description: 'service, its replicas, their nodes, as a tree',
  body: (context) => {
    const { world, subject } = context;
    const services = [...world.services.values()]
      .filter((one) => subject?.kind !== 'Service' || one.metadata.name === subject.name)
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const rows = services.map((one) => serviceRow(one, context));
    const columns = [{ title: 'SERVICE / REPLICA / NODE' }];
    return { kind: 'table', columns, rows, open: true, empty: 'no services' };
  },
};

function serviceRow(service: Service, context: ViewContext): Row {
  const { name, labels } = service.metadata;
  const children = context.world.assignmentsOfService(name).map((one) => replicaRow(one, context));
  return lineRow({ key: `service/${name}`, ref: refOf(service), labels, children }, (): Line => {
    const { word, tone, why } = serviceState(service);
    const { ready, desired } = service.status;
    return [
      span(name, 'strong'),
      span(`  ${ready}/${desired} ready  `),
      span(word, tone),
      span(why === '' ? '' : `  ${why}`, 'dim'),
    ];
  });
}

function replicaRow(replica: Assignment, context: ViewContext): Row {
  const { name, labels } = replica.metadata;
  const children = [nodeRow(replica, context)];
  return lineRow({ key: `replica/${name}`, ref: refOf(replica), labels, children }, () => [
    span(replicaName(replica)),
    span('  '),
    stateSpan(replica.status.state),
    span(`  r${replica.spec.revision}`, 'dim'),
    span(replica.status.restarts > 0 ? `  ${plural(replica.status.restarts, 'restart')}` : '', 'warn'),
    span(replica.status.reason === undefined ? '' : `  ${replica.status.reason}`, 'warn'),
  ]);
}

function nodeRow(replica: Assignment, { world }: ViewContext): Row {
  const name = replica.spec.node;
  const node = world.nodes.get(name);
  return lineRow({ key: `node/${replica.metadata.name}`, ref: { kind: 'Node', name } }, () => {
    if (node === undefined) return [span(name), span('  is gone', 'bad')];
    const { capacity, allocated } = node.status;
    const share = capacity.cpu === 0 ? 0 : allocated.cpu / capacity.cpu;
    return [
      span(name),
      span('  '),
      nodeSpan(node.status.state),
      span(`  ${percent(share)} of ${plural(capacity.cpu, 'core')} reserved`, 'dim'),
    ];
  });
}
