// docs/reference/problems.md: everything that can go wrong, in the order in which a request is
// judged, in both languages, and the code each becomes in a platform's own protocol.
import { type ProblemDefinition, problemGroups, problemsByGroup } from '@hutong/sdk/contract';
import { businessCodeOf } from '../../src/dialects/alipay/alipay.problems.ts';
import { errorCodeOf, errorCodes } from '../../src/dialects/wechatpay/wechatpay.problems.ts';
import { type ProblemCode, textOf } from '../../src/problems/index.ts';
import { code, madeFrom, page, table } from './markdown.ts';

const RETRY: Readonly<Record<ProblemDefinition['retry'], string>> = {
  never: 'this content cannot succeed, with any key',
  same_key: 'nothing was decided, or the outcome is unknown: the same content under the same key',
  later_new_key: 'refused for good; the same wish may succeed later, under a new key',
};

function section(problem: ProblemDefinition & { readonly code: ProblemCode }): string {
  const [en, zh] = [textOf(problem.code, 'en'), textOf(problem.code, 'zh')];
  return page(
    `### ${problem.code}`,
    `HTTP ${problem.status}, retry \`${problem.retry}\`. **${en.title}.** ${en.suggestion}`,
    `**${zh.title}。** ${zh.suggestion}`,
  ).trimEnd();
}

function dialectRows(): string[][] {
  return problemGroups.flatMap((group) =>
    problemsByGroup[group].map(({ code: each }) => {
      const wechat = errorCodeOf(each);
      return [
        `[${each}](#${each})`,
        code(`ACQ.${businessCodeOf(each)}`),
        `${code(wechat)} (${errorCodes[wechat][0]})`,
      ];
    }),
  );
}

export function problemsPage(): string {
  return page(
    '# Problems',
    madeFrom('sdk/src/contract/problems.ts, src/problems, src/dialects/*/*.problems.ts'),
    'Two faults in one request always give the code that stands first here. The native protocol ' +
      'sends each as RFC 9457 `application/problem+json`; `Accept-Language: zh` gives the Chinese.',
    table(
      ['retry', 'what it means'],
      Object.entries(RETRY).map(([name, text]) => [code(name), text]),
    ),
    ...problemGroups.flatMap((group) => [`## ${group}`, ...problemsByGroup[group].map(section)]),
    '## In the dialects',
    'What a shop that speaks its platform’s protocol is told (WeChat Pay with the HTTP status).',
    table(['problem', 'alipay', 'wechatpay'], dialectRows()),
  );
}
