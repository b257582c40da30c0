import type { Node } from '@babel/types';
import type { Fields } from './syntax.ts';

/** How a printed function looks; the tree stays the same. */
export type Style = {
  readonly indent: string;
  readonly quote: "'" | '"';
  readonly semicolons: boolean;
  /** Braces around a single statement: always, never, or as it was parsed. */
  readonly braces: 'always' | 'never' | 'written';
  readonly step: '++' | '+= 1';
  readonly head: 'function' | 'arrow' | 'expression' | 'method' | 'export';
  /** Parameter and return types as text, or none for plain JavaScript. */
  readonly types: { readonly params: readonly string[]; readonly result: string } | undefined;
  /** Prints a counter into each loop, so that a run always ends, and promises as boxes (see run.ts). */
  readonly guarded?: boolean;
};

const PRECEDENCE: Record<string, number> = {
  '??': 1,
  '||': 2,
  '&&': 3,
  '|': 4,
  '^': 5,
  '&': 6,
  '==': 7,
  '!=': 7,
  '===': 7,
  '!==': 7,
  '<': 8,
  '>': 8,
  '<=': 8,
  '>=': 8,
  in: 8,
  instanceof: 8,
  '<<': 9,
  '>>': 9,
  '>>>': 9,
  '+': 10,
  '-': 10,
  '*': 11,
  '/': 11,
  '%': 11,
  '**': 12,
};
const GUARD = 'if (++__steps > 3000) throw new EvalError();';

/** Prints the function declaration `fn` under the name `name`. */
export function printFunction(fn: Node, name: string, style: Style): string {
  const printer = new Printer(style);
  return printer.func(fn as unknown as Fields, name);
}

class Printer {
  private readonly style: Style;
  constructor(style: Style) {
    this.style = style;
  }

  func(fn: Fields, name: string): string {
    const { head, types } = this.style;
    const params = (fn['params'] as Node[]).map((param, i) => this.typed(param, types?.params[i])).join(', ');
    const isAsync = fn['async'] === true;
    const result =
      types === undefined || types.result === ''
        ? ''
        : `: ${isAsync ? `Promise<${types.result}>` : types.result}`;
    const prefix = isAsync ? 'async ' : '';
    const body = fn['body'] as Node;
    if (this.style.guarded === true && isAsync)
      return `const ${name} = __box(function (${params}) ${this.block(body, '')});`;
    if (head === 'method') return `${prefix}${name}(${params})${result} ${this.block(body, '')}`;
    if (head === 'arrow')
      return `const ${name} = ${prefix}(${params})${result} => ${this.arrowBody(body, '')}${this.semi()}`;
    if (head === 'expression')
      return `const ${name} = ${prefix}function (${params})${result} ${this.block(body, '')}${this.semi()}`;
    return `${head === 'export' ? 'export ' : ''}${prefix}function ${name}(${params})${result} ${this.block(body, '')}`;
  }

  private typed(param: Node, type: string | undefined): string {
    if (type === undefined || type === '') return this.expr(param, 0);
    if (param.type === 'AssignmentPattern')
      return `${this.expr(param.left, 0)}: ${type} = ${this.expr(param.right, 0)}`;
    return `${this.expr(param, 0)}: ${type}`;
  }

  /** An arrow whose whole body is one return is written as an expression. */
  private arrowBody(body: Node, pad: string): string {
    if (body.type !== 'BlockStatement') return this.bodyExpr(body, pad);
    const only = body.body.length === 1 ? body.body[0] : undefined;
    if (only?.type === 'ReturnStatement' && only.argument && this.style.braces !== 'always')
      return this.bodyExpr(only.argument, pad);
    return this.block(body, pad);
  }

  private bodyExpr(node: Node, pad: string): string {
    const text = this.expr(node, 0.5, pad);
    return node.type === 'ObjectExpression' ? `(${text})` : text;
  }

  private semi(): string {
    return this.style.semicolons ? ';' : '';
  }

  private block(body: Node, pad: string, loop = false): string {
    const statements = body.type === 'BlockStatement' ? body.body : [body];
    const inner = pad + this.style.indent;
    const lines = statements.map((statement) => inner + this.statement(statement, inner));
    if (loop && this.style.guarded === true) lines.unshift(GUARD);
    return lines.length === 0 ? '{}' : `{\n${lines.join('\n')}\n${pad}}`;
  }

  /** What follows `if (…)`, `for (…)`, `else`. */
  private branch(body: Node, pad: string, loop = false): string {
    const single =
      body.type === 'BlockStatement' ? (body.body.length === 1 ? body.body[0] : undefined) : body;
    const short = single !== undefined && /^(Return|Expression|Continue|Break|Throw)/.test(single.type);
    const bare =
      this.style.braces === 'never'
        ? short
        : this.style.braces === 'written' && body.type !== 'BlockStatement';
    if (bare && single !== undefined && !(loop && this.style.guarded === true))
      return this.statement(single, pad);
    return this.block(body, pad, loop);
  }

  statement(node: Node, pad: string): string {
    switch (node.type) {
      case 'VariableDeclaration':
        return this.variables(node, pad) + this.semi();
      case 'ExpressionStatement':
        return this.expr(node.expression, 0, pad) + this.semi();
      case 'ReturnStatement':
        return (node.argument ? `return ${this.expr(node.argument, 0, pad)}` : 'return') + this.semi();
      case 'ThrowStatement':
        return `throw ${this.expr(node.argument, 0, pad)}${this.semi()}`;
      case 'BreakStatement':
        return `break${this.semi()}`;
      case 'ContinueStatement':
        return `continue${this.semi()}`;
      case 'BlockStatement':
        return this.block(node, pad);
      case 'IfStatement':
        return this.ifStatement(node as unknown as Fields, pad);
      case 'ForStatement': {
        const init = !node.init
          ? ''
          : node.init.type === 'VariableDeclaration'
            ? this.variables(node.init, pad)
            : this.expr(node.init, 0);
        const test = node.test ? ` ${this.expr(node.test, 0)}` : '';
        const update = node.update ? ` ${this.expr(node.update, 0)}` : '';
        return `for (${init};${test};${update}) ${this.branch(node.body, pad, true)}`;
      }
      case 'ForOfStatement':
      case 'ForInStatement': {
        const left =
          node.left.type === 'VariableDeclaration' ? this.variables(node.left, pad) : this.expr(node.left, 0);
        const word = node.type === 'ForOfStatement' ? 'of' : 'in';
        return `for (${left} ${word} ${this.expr(node.right, 0)}) ${this.branch(node.body, pad, true)}`;
      }
      case 'WhileStatement':
        return `while (${this.expr(node.test, 0)}) ${this.branch(node.body, pad, true)}`;
      case 'DoWhileStatement':
        return `do ${this.block(node.body, pad, true)} while (${this.expr(node.test, 0)})${this.semi()}`;
      case 'TryStatement': {
        const handler = node.handler
          ? ` catch ${node.handler.param ? `(${this.expr(node.handler.param, 0)}) ` : ''}${this.block(node.handler.body, pad)}`
          : '';
        const last = node.finalizer ? ` finally ${this.block(node.finalizer, pad)}` : '';
        return `try ${this.block(node.block, pad)}${handler}${last}`;
      }
      case 'SwitchStatement': {
        const inner = pad + this.style.indent;
        const deep = inner + this.style.indent;
        const cases = node.cases.flatMap((one) => [
          `${inner}${one.test ? `case ${this.expr(one.test, 0)}` : 'default'}:`,
          ...one.consequent.map((statement) => deep + this.statement(statement, deep)),
        ]);
        return `switch (${this.expr(node.discriminant, 0)}) {\n${cases.join('\n')}\n${pad}}`;
      }
      default:
        throw new Error(`no way to print ${node.type}`);
    }
  }

  private ifStatement(node: Fields, pad: string): string {
    const test = `if (${this.expr(node['test'] as Node, 0)}) `;
    const alternate = node['alternate'] as Node | null;
    const then = node['consequent'] as Node;
    if (!alternate) return test + this.branch(then, pad);
    const text = this.branch(then, pad);
    const gap = text.endsWith('}') ? ' ' : `\n${pad}`;
    return `${test}${text}${gap}else ${alternate.type === 'IfStatement' ? this.statement(alternate, pad) : this.branch(alternate, pad)}`;
  }

  private variables(node: Node, pad: string): string {
    const { kind, declarations } = node as unknown as {
      kind: string;
      declarations: { id: Node; init?: Node | null }[];
    };
    return `${kind} ${declarations.map(({ id, init }) => this.expr(id, 0) + (init ? ` = ${this.expr(init, 0.5, pad)}` : '')).join(', ')}`;
  }

  /** Prints an expression, in parentheses if it binds less than `least`. */
  expr(node: Node, least: number, pad = ''): string {
    const [text, binds] = this.bound(node, pad);
    return binds < least ? `(${text})` : text;
  }

  private list(nodes: readonly (Node | null)[], pad: string): string {
    return nodes.map((node) => (node === null ? '' : this.expr(node, 0.5, pad))).join(', ');
  }

  private string(value: string): string {
    const { quote } = this.style;
    const escaped = JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"');
    return quote + escaped.replaceAll(quote, `\\${quote}`) + quote;
  }

  private bound(node: Node, pad: string): [string, number] {
    switch (node.type) {
      case 'Identifier':
        return [node.name, 20];
      case 'ThisExpression':
        return ['this', 20];
      case 'NumericLiteral':
        return [String(node.value), 20];
      case 'BooleanLiteral':
        return [String(node.value), 20];
      case 'NullLiteral':
        return ['null', 20];
      case 'StringLiteral':
        return [this.string(node.value), 20];
      case 'RegExpLiteral':
        return [`/${node.pattern}/${node.flags}`, 20];
      case 'TemplateLiteral': {
        const parts = node.quasis.map((quasi, i) => {
          const hole = node.expressions[i];
          return quasi.value.raw + (hole ? `\${${this.expr(hole as Node, 0, pad)}}` : '');
        });
        return [`\`${parts.join('')}\``, 20];
      }
      case 'BinaryExpression':
      case 'LogicalExpression': {
        const own = PRECEDENCE[node.operator] ?? 8;
        const mixed = node.operator === '??' ? 4 : 0;
        const side = (part: Node, least: number): string => {
          const logical =
            part.type === 'LogicalExpression' &&
            part.operator !== node.operator &&
            (mixed > 0 || part.operator === '??');
          return this.expr(part, logical ? 21 : least, pad);
        };
        return [`${side(node.left, own)} ${node.operator} ${side(node.right, own + 0.5)}`, own];
      }
      case 'UnaryExpression': {
        const gap = /^[a-z]/.test(node.operator) ? ' ' : '';
        return [`${node.operator}${gap}${this.expr(node.argument, 14, pad)}`, 14];
      }
      case 'AwaitExpression':
        if (this.style.guarded === true) return [`__take(${this.expr(node.argument, 0, pad)})`, 17];
        return [`await ${this.expr(node.argument, 14, pad)}`, 14];
      case 'UpdateExpression': {
        if (this.style.step === '+= 1' && (node as unknown as Fields)['alone'] === true)
          return [`${this.expr(node.argument, 15)} ${node.operator[0]}= 1`, 0.6];
        return node.prefix
          ? [node.operator + this.expr(node.argument, 15), 15]
          : [this.expr(node.argument, 16) + node.operator, 15];
      }
      case 'AssignmentExpression':
        return [
          `${this.expr(node.left as Node, 15, pad)} ${node.operator} ${this.expr(node.right, 0.6, pad)}`,
          0.6,
        ];
      case 'AssignmentPattern':
        return [`${this.expr(node.left as Node, 15)} = ${this.expr(node.right, 0.6)}`, 20];
      case 'ConditionalExpression':
        return [
          `${this.expr(node.test, 0.9, pad)} ? ${this.expr(node.consequent, 0.6, pad)} : ${this.expr(node.alternate, 0.6, pad)}`,
          0.7,
        ];
      case 'CallExpression':
        return [
          `${this.expr(node.callee as Node, 16, pad)}(${this.list(node.arguments as Node[], pad)})`,
          17,
        ];
      case 'OptionalCallExpression':
        return [
          `${this.expr(node.callee, 16, pad)}${node.optional ? '?.' : ''}(${this.list(node.arguments as Node[], pad)})`,
          17,
        ];
      case 'NewExpression':
        return [
          `new ${this.expr(node.callee as Node, 18, pad)}(${this.list(node.arguments as Node[], pad)})`,
          18,
        ];
      case 'MemberExpression':
      case 'OptionalMemberExpression': {
        const object = this.expr(node.object, 16, pad);
        const dot = node.type === 'OptionalMemberExpression' && node.optional ? '?.' : '';
        if (node.computed) return [`${object}${dot}[${this.expr(node.property as Node, 0, pad)}]`, 18];
        return [`${object}${dot || '.'}${this.expr(node.property as Node, 20)}`, 18];
      }
      case 'ArrayExpression':
      case 'ArrayPattern':
        return [`[${this.list(node.elements as (Node | null)[], pad)}]`, 20];
      case 'ObjectExpression':
      case 'ObjectPattern':
        return [this.object(node.properties as Node[], pad), 20];
      case 'SpreadElement':
      case 'RestElement':
        return [`...${this.expr(node.argument as Node, 0.6, pad)}`, 20];
      case 'ArrowFunctionExpression': {
        const params = `(${this.list(node.params as Node[], '')})`;
        if (this.style.guarded === true && node.async)
          return [`__box(${params} => ${this.arrowBody(node.body, pad)})`, 17];
        return [`${node.async ? 'async ' : ''}${params} => ${this.arrowBody(node.body, pad)}`, 0.6];
      }
      case 'SequenceExpression':
        return [this.list(node.expressions, pad), 0.1];
      default:
        throw new Error(`no way to print ${node.type}`);
    }
  }

  private object(properties: readonly Node[], pad: string): string {
    if (properties.length === 0) return '{}';
    const parts = properties.map((property) => {
      if (property.type !== 'ObjectProperty') return this.expr(property, 0, pad);
      const key = property.computed ? `[${this.expr(property.key, 0, pad)}]` : this.expr(property.key, 0);
      const value = this.expr(property.value as Node, 0.5, pad);
      if (property.shorthand && (value === key || property.value.type === 'AssignmentPattern')) return value;
      return `${key}: ${value}`;
    });
    return `{ ${parts.join(', ')} }`;
  }
}
