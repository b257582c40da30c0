"""
Other words and numbers for samples: what must be learned is the slip and to repeat a line, whatever stands in it. The
generator's own names and constants are few; here names, properties and numbers of a sample become others, the same for
the same, and objects that are only asked for their properties become `this`. A varied sample need not run: tests choose
answers, they do not train.
"""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from random import Random

# Words with a meaning of their own; all others may be anything.
KEPT = frozenset(
    """
    abstract any arguments as async await bigint boolean break case catch class const constructor continue default delete do else enum
    export extends false finally for from function get if implements import in infer instanceof interface is keyof let never new
    null number object of ok private protected public readonly return set static string super switch symbol this throw true try
    type typeof undefined unknown var void while with yield
    Array ArrayBuffer BigInt Boolean Date Error Infinity Intl JSON Map Math NaN Number Object Promise RangeError RegExp Set String
    Symbol TypeError Uint8Array URL WeakMap WeakSet console process structuredClone isNaN isFinite parseInt parseFloat later
    Record Partial Readonly Iterable Iterator Pick Omit
    abs add all allSettled any apply assign at bind call cbrt ceil charAt charCodeAt clear codePointAt concat copyWithin
    create defineProperty entries every exec exp fill filter find findIndex findLast findLastIndex flat flatMap floor forEach freeze
    fromCharCode fromEntries getTime has hasOwn hypot includes indexOf isArray isInteger isSafeInteger join keys
    lastIndexOf length localeCompare log log10 log2 map match matchAll max message min next normalize now padEnd padStart parse pop pow
    push race random reduce reduceRight reject repeat replace replaceAll resolve reverse round shift sign size slice some sort
    splice split sqrt startsWith endsWith stringify substring test then toFixed toISOString toLowerCase toString toUpperCase
    toSorted toReversed trim trimEnd trimStart trunc unshift values MAX_SAFE_INTEGER MIN_SAFE_INTEGER
    """.split()
)
WORD = re.compile(r"[A-Za-z_$][\w$]*")
NUMBER = re.compile(r"(?<![\w$.])\d+(?![\w$|])")
HEAD = re.compile(r"^1\| (export )?(async )?function ([\w$]+)\(([^(){}]*)\)(.*)$")


def words_of(folder: Path) -> list[str]:
    """Names that occur twice or more in the TypeScript below a folder, the frequent ones first."""
    counts: Counter[str] = Counter()
    for path in sorted(folder.rglob("*.ts")):
        counts.update(WORD.findall(path.read_text(encoding="utf-8")))
    return [word for word, count in counts.most_common() if count > 1 and 1 < len(word) < 20 and word not in KEPT]


def varied(sample: dict, words: list[str], random: Random, share: float = 0.7) -> dict:
    """The sample with other words and numbers, or, for the rest of the share, as it is."""
    if random.random() > share:
        return sample
    prompt, answer = sample["prompt"], sample["answer"]
    if random.random() < 0.35:
        prompt, answer = with_this(prompt, answer)
    text = f"{prompt}\n\0{answer}"
    often = random.choice((0.2, 0.5, 0.9))
    names: dict[str, str] = {}
    taken = set(WORD.findall(text))
    for word in dict.fromkeys(WORD.findall(text)):
        if word in KEPT or random.random() > often:
            continue
        other = fresh(words, random)
        if other not in taken:
            taken.add(other)
            names[word] = other
    numbers: dict[str, str] = {}
    if sample["slip"] not in ("constant", "index", "initial", "bound"):
        for number in set(NUMBER.findall(text)):
            if (int(number) > 2 or len(number) > 1) and random.random() < often:
                numbers[number] = str(random.randrange(3, 10 ** random.randint(1, 4)))
    text = WORD.sub(lambda found: names.get(found[0], found[0]), text)
    text = NUMBER.sub(lambda found: numbers.get(found[0], found[0]), text)
    prompt, answer = text.split("\n\0")
    return {**sample, "prompt": prompt, "answer": answer}


def fresh(words: list[str], random: Random) -> str:
    """A word of the list (the frequent ones rather), or two joined."""
    first = words[int(len(words) * random.random() ** 2)]
    if random.random() < 0.15:
        second = words[int(len(words) * random.random() ** 2)]
        return first + second[0].upper() + second[1:]
    return first


def with_this(prompt: str, answer: str) -> tuple[str, str]:
    """A method in place of a function one of whose parameters is only asked for its properties, if there is one."""
    first, _, rest = prompt.partition("\n")
    head = HEAD.match(first)
    if head is None or answer.startswith("1|"):
        return prompt, answer
    exported, is_async, name, listed, tail = head.groups()
    params = [param.strip() for param in listed.split(",")]
    for param in params:
        owner = re.split(r"[:?= ]", param, maxsplit=1)[0]
        uses = re.findall(rf"(?<![\w$.]){re.escape(owner)}(?![\w$])(.?)", rest) if WORD.fullmatch(owner) else []
        if not uses or any(use != "." for use in uses):
            continue
        left = ", ".join(other for other in params if other != param)
        use = re.compile(rf"(?<![\w$.]){re.escape(owner)}(?=\.)")
        return f"1| {is_async or ''}{name}({left}){tail}\n{use.sub('this', rest)}", use.sub("this", answer)
    return prompt, answer
