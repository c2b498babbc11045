import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readStatement } from "../../../src/aws/dynamodb/partiql.ts";
import { codeOf } from "../../support/asking.ts";

const read = (text: string) => {
  const { verb, table, index } = readStatement(text);
  return [verb, table, ...(index === undefined ? [] : [index])];
};

describe("a statement in PartiQL", () => {
  it.each([
    ['SELECT * FROM "Orders"', ["select", "Orders"]],
    ["SELECT * FROM Orders", ["select", "Orders"]],
    ['SELECT"a"FROM"Orders"WHERE"a"IN(\'x\',\'\')', ["select", "Orders"]],
    ["select a, b.c[0].d From Orders", ["select", "Orders"]],
    ['SELECT * FROM "Orders"."byStatus" WHERE status = ?', ["select", "Orders", "byStatus"]],
    [
      'SELECT\n*\r\n\tFROM "Orders" WHERE a = 1 AND (b IN [1, 2.5, -3e7] OR NOT c IS MISSING)',
      ["select", "Orders"],
    ],
    [
      "SELECT OrderID, Total FROM \"Orders\" WHERE OrderID IN ['a','b'] ORDER BY OrderID DESC",
      ["select", "Orders"],
    ],
    ['SELECT * FROM "Orders" WHERE a = 1 ORDER BY a ASC, b DESC', ["select", "Orders"]],
    ['SELECT * FROM "Orders" WHERE a BETWEEN ? AND ?;', ["select", "Orders"]],
    ['SELECT "from", "select" FROM "Orders" WHERE "where" = \'it\'\'s FROM "Secret"\'', ["select", "Orders"]],
    ["SELECT * FROM Orders WHERE begins_with(\"a\", 'x') AND size(b) > 7", ["select", "Orders"]],
    [
      `SELECT * FROM "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"`,
      ["select", "arn:aws:dynamodb:us-east-1:123456789012:table/Orders"],
    ],
    ["INSERT INTO \"Music\" value {'Artist' : 'Acme Band','Song' : ?}", ["insert", "Music"]],
    ["INSERT INTO T VALUE {'a': <<1,2>>, 'm': {'n': [1, 'x', {'y': null}]}}", ["insert", "T"]],
    ['INSERT INTO "T" VALUE ?', ["insert", "T"]],
    [
      "UPDATE \"Music\" SET AwardsWon=1 SET AwardDetail={'Grammys':[2020, 2018]} WHERE Artist='x' RETURNING ALL OLD *",
      ["update", "Music"],
    ],
    ['UPDATE T SET a = a + 1, b = list_append(b, ["x"]) REMOVE c.d[2] WHERE pk = ?', ["update", "T"]],
    [
      "UPDATE T SET s = SET_ADD(s, <<345, 48.4>>) WHERE primarykey='1' RETURNING modified new *",
      ["update", "T"],
    ],
    ['DELETE FROM "Music" WHERE "Artist" = \'Acme\' RETURNING ALL OLD *', ["delete", "Music"]],
    ["delete from Music where Artist = -1", ["delete", "Music"]],
    ['EXISTS(SELECT * FROM "Music" WHERE "Artist" = \'x\' AND size(a) = 1)', ["select", "Music"]],
  ])("%s", (text, said) => {
    expect(read(text)).toEqual(said);
  });

  it("says whether it is a condition", () => {
    expect(readStatement("EXISTS (SELECT * FROM T WHERE a = 1)").exists).toBe(true);
    expect(readStatement("SELECT * FROM T WHERE a = 1").exists).toBe(false);
  });

  it("has the quotes of a name once where they stand twice", () => {
    expect(read('SELECT * FROM "a""b"')).toEqual(["select", 'a"b']);
  });
});

describe("S3.5 a statement in PartiQL is refused", () => {
  it.each([
    ["that is cut short", 'SELECT * FROM "Orders'],
    ["with a text that is cut short", "SELECT * FROM Orders WHERE a = 'x"],
    ["with a text that goes on", "SELECT * FROM Orders WHERE a = 'x''"],
    ["with a text beside a text", "SELECT * FROM Orders WHERE a = 'x' 'y'"],
    ["with a comment", "SELECT * FROM Orders -- x"],
    ["with a comment in a condition", "SELECT * FROM Orders WHERE a = 1 -- AND b = 2"],
    ["with a comment that closes", "SELECT * FROM /* Secret */ Orders"],
    ["with an Ion literal", "SELECT * FROM Orders WHERE a = `b`"],
    ["with a backslash", "SELECT * FROM Orders WHERE a = \\'x"],
    ["with a space of another kind", "SELECT * FROM\u00a0Orders"],
    ["with a letter of another kind", "SELECT * FROM Örders"],
    ["with a variable", "SELECT * FROM @Orders"],
    ["with letters after a number", "SELECT * FROM Orders WHERE a = 1x"],
    ["with a number that goes on", "SELECT * FROM Orders WHERE a = 1.2.3"],
    ["with a word before a text", "SELECT * FROM Orders WHERE a = x'00'"],
    ["without a projection", "SELECT FROM Orders"],
    ["without a table", "SELECT *"],
    ["with a text for a table", "SELECT * FROM 'Orders'"],
    ["with a parameter for a table", "SELECT * FROM ?"],
    ["with a list for a table", "SELECT * FROM [1]"],
    ["with a query for a table", "SELECT * FROM (SELECT * FROM Secret)"],
    ["with a function for a table", "SELECT * FROM size(Secret)"],
    ["with two tables", "SELECT * FROM Orders, Secret"],
    ["with a joined table", "SELECT * FROM Orders JOIN Secret ON a = b"],
    ["with an alias", "SELECT * FROM Orders o"],
    ["with another alias", "SELECT * FROM Orders AS o"],
    ["with an index without quotes", "SELECT * FROM Orders.byStatus"],
    ["with an index of half the quotes", 'SELECT * FROM "Orders".byStatus'],
    ["with an index of the other half", 'SELECT * FROM Orders."byStatus"'],
    ["with a path behind an index", 'SELECT * FROM "Orders"."a"."b"'],
    ["with a list behind a table", 'SELECT * FROM "Orders"[0]'],
    ["with a keyword for a table", "SELECT * FROM where WHERE a = 1"],
    ["with a hyphen in a table", "SELECT * FROM my-table"],
    ["with two statements", "SELECT * FROM Orders; SELECT * FROM Secret"],
    ["with two ends", "SELECT * FROM Orders;;"],
    ["with an end within", "SELECT * FROM Orders WHERE (a = 1;)"],
    ["with another clause", "SELECT * FROM Orders LIMIT 1"],
    ["with an empty condition", "SELECT * FROM Orders WHERE"],
    ["with brackets that do not close", "SELECT * FROM Orders WHERE (a = 1"],
    ["with brackets that do not open", "SELECT * FROM Orders WHERE a = 1)"],
    ["with brackets that cross", "SELECT * FROM Orders WHERE (a = [1)]"],
    ["with words side by side", "SELECT * FROM Orders WHERE a LIKE 'x'"],
    ["with values side by side", "INSERT INTO Orders VALUE {'a': 1} {'b': 2}"],
    ["with what it calls in quotes", 'SELECT * FROM Orders WHERE "size"(a) = 1'],
    ["that calls what it closed", "SELECT * FROM Orders WHERE (a)(b)"],
    ["that orders by nothing", "SELECT * FROM Orders ORDER BY"],
    ["that inserts into an index", 'INSERT INTO "Orders"."byStatus" VALUE {}'],
    ["that updates an index", 'UPDATE "Orders"."byStatus" SET a = 1 WHERE b = 1'],
    ["that deletes from an index", 'DELETE FROM "Orders"."byStatus" WHERE b = 1'],
    ["that inserts nothing", "INSERT INTO Orders VALUE"],
    ["that inserts values", "INSERT INTO Orders VALUES (1)"],
    ["that updates nothing", "UPDATE Orders WHERE a = 1"],
    ["that updates everything", "UPDATE Orders SET a = 1"],
    ["that deletes everything", "DELETE FROM Orders"],
    ["that returns something else", "DELETE FROM Orders WHERE a = 1 RETURNING a"],
    ["with a condition that is no SELECT", "EXISTS(DELETE FROM Orders WHERE a = 1)"],
    ["with a condition that is cut short", "EXISTS(SELECT * FROM Orders WHERE a = 1"],
    ["with conditions within", "EXISTS(EXISTS(SELECT * FROM Orders))"],
    ["that is too long", `SELECT * FROM Orders WHERE a = '${"x".repeat(8192)}'`],
  ])("as malformed %s", (_name, text) => {
    expect(codeOf(() => readStatement(text))).toBe("body-malformed");
  });

  it.each([
    ["of nothing", ""],
    ["of nothing but space", "  \n"],
    ["of another kind", "DROP TABLE Orders"],
    ["of an expression", "1 + 1"],
    ["with what is known of PartiQL and not of DynamoDB", "SELECT DISTINCT a FROM Orders"],
    ["with an alias of an attribute", "SELECT a AS b FROM Orders"],
    ["with a query within", "SELECT * FROM Orders WHERE a IN (SELECT b FROM Secret)"],
    ["with a query in the projection", "SELECT (SELECT b FROM Secret) FROM Orders"],
    ["with a query that is inserted", "INSERT INTO Orders VALUE {'a': (SELECT b FROM Secret)}"],
    ["with a union", "SELECT * FROM Orders WHERE a = 1 UNION SELECT * FROM Secret"],
    ["with groups", "SELECT * FROM Orders WHERE a = 1 GROUP BY a"],
    ["with a function that is not known", "SELECT * FROM Orders WHERE evil(a) = 1"],
    ["with a condition within", "SELECT * FROM Orders WHERE EXISTS(SELECT * FROM Secret)"],
    ["with an aggregate", "SELECT COUNT(*) FROM Orders"],
    ["with a value of its own", "SELECT VALUE a FROM Orders"],
  ])("as unknown %s", (_name, text) => {
    expect(codeOf(() => readStatement(text))).toBe("operation-unknown");
  });
});

describe("reading PartiQL", () => {
  it.each([
    ["quotes", (n: number) => `SELECT * FROM T WHERE a = ${"'".repeat(n)}`],
    ["double quotes", (n: number) => `SELECT * FROM ${'"'.repeat(n)}`],
    ["brackets", (n: number) => `SELECT * FROM T WHERE ${"(".repeat(n)}`],
    ["digits", (n: number) => `SELECT * FROM T WHERE a = ${"1".repeat(n)}x`],
    ["words", (n: number) => `SELECT ${"a,".repeat(n / 2)}a FROM T`],
  ])("ends, however many %s there are", (_name, text) => {
    expect(() => codeOf(() => readStatement(text(8000)))).not.toThrow();
  });

  it("lets no more than one table through, whatever is written", () => {
    const pieces = (
      "SELECT FROM INTO INSERT UPDATE DELETE WHERE SET VALUE RETURNING EXISTS AND IN JOIN UNION ORDER BY AS ALL OLD " +
      '* , . ; = ( ) [ ] { } << >> - ? : 1 a T \'x\' \' " "T" "Secret" size begins_with'
    ).split(" ");
    const piece = fc.constantFrom(...pieces);
    const begin = fc.constantFrom(
      "SELECT * FROM T",
      'SELECT * FROM "T" WHERE',
      "UPDATE T SET a = 1 WHERE",
      "DELETE FROM T WHERE a",
      "INSERT INTO T VALUE {",
      "",
    );
    let read = 0;
    fc.assert(
      fc.property(begin, fc.array(piece, { maxLength: 8 }), (start, more) => {
        const text = [start, ...more].join(" ");
        if (codeOf(() => readStatement(text)) !== "nothing") return;
        read++;
        const bare = text.replaceAll(/'[^']*'|"[^"]*"/g, " _ ");
        expect(bare.match(/\b(?:from|into|update|join|union)\b/gi)).toHaveLength(1);
        expect(bare.match(/\b(?:select|delete|insert)\b/gi)?.length ?? 0).toBeLessThan(2);
      }),
      { numRuns: 4000 },
    );
    expect(read).toBeGreaterThan(100);
  });
});
