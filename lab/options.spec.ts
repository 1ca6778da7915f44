import { HELP, isLoopback, parseCommand, UsageError, type RunOptions } from './options.ts';

const run = (...args: string[]): RunOptions => {
  const command = parseCommand(['run', ...args], 42);
  if (command.name !== 'run') throw new Error('not a run');
  return command.options;
};

describe('the lab’s command line', () => {
  it('takes every flag that it documents', () => {
    const remote =
      '--url http://127.0.0.1:3000 --admin-email a@b.example --shape steady --buyers 10 --stock 5';
    const more = '--rate 7 --duration 30s --json a.json --html a.html --seed 9 --connections 4 --items 2';
    expect(run(...`${remote} ${more}`.split(' '))).toEqual({
      shape: 'steady',
      buyers: 10,
      stock: 5,
      items: 2,
      rate: 7,
      durationSeconds: 30,
      connections: 4,
      instances: 1,
      chaos: false,
      seed: 9,
      target: { kind: 'remote', urls: ['http://127.0.0.1:3000'] },
      adminEmail: 'a@b.example',
      json: 'a.json',
      html: 'a.html',
    });
  });

  it('starts a server of its own by default, with a bounded rush', () => {
    expect(run()).toMatchObject({
      shape: 'rush',
      buyers: 2000,
      stock: 200,
      seed: 42,
      target: { kind: 'embedded', settings: {} },
    });
  });

  it('gives a steady run more stock than it has arrivals', () => {
    const { stock, rate, durationSeconds } = run('--shape', 'steady');
    expect(stock).toBeGreaterThan((rate as number) * durationSeconds);
  });

  it.each([
    ['2m', 120],
    ['500ms', 0.5],
    ['1.5s', 1.5],
  ])('reads the duration %s', (text, seconds) => {
    expect(run('--shape', 'mixed', '--duration', text).durationSeconds).toBe(seconds);
  });

  it.each([
    ['--shape', 'stampede'],
    ['--buyers', '0'],
    ['--buyers', '-5'],
    ['--buyers', '1e9'],
    ['--buyers', '60000'],
    ['--shape', 'mixed', '--duration', '30'],
    ['--shape', 'mixed', '--duration', '3h'],
    ['--shape', 'mixed', '--rate', '100000'],
    ['--speed', '5'],
    ['--url', 'ftp://127.0.0.1'],
    ['--url', 'http://me:secret@127.0.0.1'],
    ['--url', 'http://127.0.0.1:3000'],
    ['--chaos'],
    ['--set', 'port=1'],
    ['--stock', '3', '--items', '4'],
    ['--a', 'default'],
    ['twice'],
  ])('refuses %s %s', (...args) => {
    expect(() => run(...args)).toThrow(UsageError);
  });

  it.each([
    ['--buyrs', '5', /--buyrs is no option; did you mean --buyers\?/],
    ['--htlm=x', '', /--htlm is no option; did you mean --html\?/],
    ['--frobnicate', '5', /--frobnicate is no option; see/],
    ['--shape', 'rash', /did you mean rush\?/],
  ])('names what %s %s probably meant', (flag, value, message) => {
    expect(() => run(flag, ...(value === '' ? [] : [value]))).toThrow(message);
  });

  it('names the command that was probably meant', () => {
    expect(() => parseCommand(['comapre'], 1)).toThrow(/did you mean compare\?/);
  });

  const remote = '--url http://127.0.0.1:3000 --admin-email a@b.example';
  it.each([
    'run --rate 100',
    'run --shape rush --duration 10s',
    'run --rounds 2',
    'run --admin-email a@b.example',
    'run --i-own-this-target',
    `run ${remote} --set PORT=1`,
    `run ${remote} --instances 2`,
    `run ${remote} --chaos`,
    'compare --a default --b default --html x.html',
    `compare --a default --b default ${remote}`,
    'compare --a default --b default --admin-email a@b.example',
    'compare --a http://127.0.0.1:1 --b http://127.0.0.1:2 --admin-email a@b.example --set PORT=1',
  ])('refuses a flag that would have no effect: %s', (line) => {
    expect(() => parseCommand(line.split(' '), 1)).toThrow(/has no effect/);
  });

  it('lifts the bounds only when told', () => {
    expect(run('--buyers', '60000', '--unbounded').buyers).toBe(60_000);
  });

  it('never takes a password from the command line', () => {
    expect(() => run('--password', 'x')).toThrow(/LAB_ADMIN_PASSWORD/);
    expect(() => run('--admin-password=x')).toThrow(/LAB_ADMIN_PASSWORD/);
  });

  it('refuses a target that is not this machine, unless its owner says so', () => {
    const args = ['--url', 'https://shop.example', '--admin-email', 'a@b.example'];
    expect(() => run(...args)).toThrow(/--i-own-this-target/);
    expect(run(...args, '--i-own-this-target').target).toEqual({
      kind: 'remote',
      urls: ['https://shop.example'],
    });
  });

  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['[::1]', true],
    ['localhost.example.org', false],
    ['127.0.0.1.example.org', false],
    ['0.0.0.0', false],
    ['10.0.0.1', false],
  ])('knows whether %s is loopback: %s', (host, expected) => {
    expect(isLoopback(host)).toBe(expected);
  });

  it('compares settings or targets, with what both share', () => {
    const command = parseCommand(
      'compare --a default --b CLAIM_POOL_SIZE=8,LOG_LEVEL=info --set PORT=0 --rounds 2 --shape sellout'.split(
        ' ',
      ),
      1,
    );
    expect(command).toMatchObject({
      name: 'compare',
      options: {
        a: { kind: 'embedded', settings: { PORT: '0' } },
        b: { kind: 'embedded', settings: { PORT: '0', CLAIM_POOL_SIZE: '8', LOG_LEVEL: 'info' } },
        rounds: 2,
        run: { shape: 'sellout' },
      },
    });
    expect(() => parseCommand(['compare', '--a', 'default'], 1)).toThrow(UsageError);
    expect(() => parseCommand(['compare', '--a', 'default', '--b', 'http://10.0.0.1'], 1)).toThrow(
      UsageError,
    );
  });

  it('helps', () => {
    expect(parseCommand(['--help'], 1)).toEqual({ name: 'help' });
    for (const flag of [
      '--shape',
      '--buyers',
      '--stock',
      '--rate',
      '--duration',
      '--url',
      '--admin-email',
      '--json',
      '--html',
      '--seed',
    ])
      expect(HELP).toContain(flag);
  });
});
