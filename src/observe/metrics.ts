// What a peer measures of itself, in the exposition format of Prometheus (`GET /metrics`).
// Owns: names, units and help texts. Figures are asked for when somebody scrapes; only requests are counted as they end.
//
// N1. Names begin with `orion_`; units are seconds and bytes; what only grows ends in `_total`.
// N2. A figure that is not known (a follower's view of another follower) is absent, never zero.

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** A figure, or several told apart by labels. */
export type Reading = number | undefined | readonly { readonly labels: Labels; readonly value: number }[];
type Labels = Readonly<Record<string, string>>;

/** One metric that is read when somebody scrapes. */
export interface Figure {
  /** Without the prefix `orion_`. */
  readonly name: string;
  readonly help: string;
  /** `counter`: it only grows while the process runs. */
  readonly kind: 'gauge' | 'counter';
  /** Names of the labels of its readings. Default none. */
  readonly labels?: readonly string[];
  readonly read: () => Reading;
}

/** In seconds: from a read in memory to a write that waits until it is given up. */
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5];

/** Gauges of the library whose names say that they only grow. */
const misnamed = ['handles', 'requests', 'resources'];

export interface EndedRequest {
  readonly method: string;
  /** The pattern, as `/api/settings/:name`; never the path, of which there is no end. */
  readonly route: string;
  readonly status: number;
  readonly milliseconds: number;
}

export class Metrics {
  readonly #registry = new Registry();
  readonly #requests: Histogram<'method' | 'route' | 'status'>;
  /** The series that were met already: looking one up by its labels is what costs. */
  readonly #series = new Map<string, { observe(seconds: number): void }>();

  constructor(options: { readonly about: Labels; readonly figures: readonly Figure[] }) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: 'orion_' });
    for (const name of misnamed) this.#registry.removeSingleMetric(`orion_nodejs_active_${name}_total`);
    const info = new Gauge({
      name: 'orion_info',
      help: 'Which peer this is, and what it runs.',
      labelNames: Object.keys(options.about),
      registers,
    });
    info.set(options.about, 1);
    this.#requests = new Histogram({
      name: 'orion_http_request_duration_seconds',
      help: 'From the head of a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: requestBuckets,
      registers,
    });
    for (const figure of options.figures) this.#add(figure);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  onRequest({ method, route, status, milliseconds }: EndedRequest): void {
    const key = `${method} ${route} ${status}`;
    let series = this.#series.get(key);
    if (series === undefined) {
      series = this.#requests.labels(method, route, String(status));
      this.#series.set(key, series);
    }
    series.observe(milliseconds / 1_000);
  }

  #add({ name, help, kind, labels = [], read }: Figure): void {
    const options = { name: `orion_${name}`, help, labelNames: [...labels], registers: [this.#registry] };
    if (kind === 'gauge') {
      const gauge: Gauge = new Gauge({ ...options, collect: () => fill(gauge, read(), 'set') });
    } else {
      const counter: Counter = new Counter({ ...options, collect: () => fill(counter, read(), 'inc') });
    }
  }
}

/** Gives the metric the readings of now, and none of before (N2). */
function fill<Way extends 'set' | 'inc'>(
  metric: { reset(): void; remove(): void } & Record<Way, (labels: Labels, value: number) => void>,
  reading: Reading,
  way: Way,
): void {
  metric.reset();
  if (reading === undefined) metric.remove(); // N2: a metric without labels would be 0
  const readings = typeof reading === 'number' ? [{ labels: {}, value: reading }] : (reading ?? []);
  for (const { labels, value } of readings) metric[way](labels, value);
}
