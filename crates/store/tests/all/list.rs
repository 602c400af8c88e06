//! Lists: every page in its place with equal values and nulls, counted up to a bound, found by an index.

use crate::world::{World, worlds};
use mingjing_store::list::{
    Ask, Condition, Count, Cursor, Filter, JOBS, Page, Sort, Value, count, page, plan, sample,
};
use std::path::Path;

/// `count` jobs with few different titles and times, every third never finished.
async fn fill(world: &World, count: i64) {
    world
        .sql(&format!(
            "with recursive n (i) as (select 1 union all select i + 1 from n where i < {count})
             insert into job (kind, title, input, state, account_id, division, not_before, created_at, finished_at)
             select 'test', case i % 4 when 0 then 'Alpha' when 1 then 'beta' when 2 then '百分之50%' else 'a_b' end,
                 '{{}}', case i % 5 when 0 then 'failed' else 'done' end, case i % 2 when 0 then 1 else 2 end,
                 case i % 7 when 0 then null else '52010' || (i % 3) end, 0, 1000 + i / 3,
                 case i % 3 when 0 then null else 2000 + i % 5 end
             from n"
        ))
        .await;
}

fn ask(key: &str, is_descending: bool, size: usize) -> Ask<'static> {
    Ask {
        source: &JOBS,
        scope: Condition::everything(),
        filters: Vec::new(),
        sort: Sort { key: key.to_owned(), is_descending },
        cursor: None,
        size,
    }
}

fn ids(rows: &[Vec<Value>]) -> Vec<i64> {
    rows.iter().map(|row| row[0].number().unwrap()).collect()
}

/// All pages from the beginning to the end, then all back.
async fn walk(world: &World, ask: &Ask<'_>) -> (Vec<i64>, Vec<i64>) {
    let (mut there, mut back) = (Vec::new(), Vec::new());
    let mut at: Ask<'_> = ask.clone();
    let mut last = Page::default();
    for _ in 0..200 {
        last = page(&world.db, &at).await.unwrap();
        there.extend(ids(&last.rows));
        match last.after(&at) {
            Some(cursor) => at.cursor = Some(cursor),
            None => break,
        }
    }
    for _ in 0..200 {
        back.splice(0..0, ids(&last.rows));
        let Some(cursor) = last.before(&at) else { break };
        at.cursor = Some(cursor);
        last = page(&world.db, &at).await.unwrap();
    }
    (there, back)
}

#[tokio::test]
async fn every_row_stands_on_one_page_in_order_there_and_back() {
    for world in worlds().await {
        fill(&world, 61).await;
        let all = page(&world.db, &ask("id", false, 100)).await.unwrap().rows;
        assert_eq!(all.len(), 61);
        for key in ["id", "created_at", "finished_at", "division", "state"] {
            let at = JOBS.columns.iter().position(|column| column.key == key).unwrap();
            for is_descending in [false, true] {
                // The slow twin: all rows sorted here, those without a value last.
                let mut expected = all.clone();
                expected.sort_by(|a, b| {
                    let order = (&a[at], &a[0]).cmp(&(&b[at], &b[0]));
                    let order = if is_descending { order.reverse() } else { order };
                    (a[at] == Value::Null).cmp(&(b[at] == Value::Null)).then(order)
                });
                for size in [1, 7, 60, 61, 62] {
                    let (there, back) = walk(&world, &ask(key, is_descending, size)).await;
                    let what =
                        format!("{}: by {key}, descending {is_descending}, {size} a page", world.name());
                    assert_eq!(there, ids(&expected), "{what}");
                    assert_eq!(back, ids(&expected), "{what}, back");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_row_that_comes_or_goes_in_between_moves_no_page() {
    for world in worlds().await {
        fill(&world, 20).await;
        let mut asked = ask("created_at", false, 5);
        let first = page(&world.db, &asked).await.unwrap();
        asked.cursor = first.after(&asked);
        let before = ids(&page(&world.db, &asked).await.unwrap().rows);
        world.sql("delete from job where id = 2").await;
        world
            .sql("insert into job (kind, title, input, state, not_before, created_at) values ('t', 'new', '{}', 'done', 0, 1)")
            .await;
        assert_eq!(ids(&page(&world.db, &asked).await.unwrap().rows), before, "{}", world.name());
        world.sql(&format!("delete from job where id = {}", first.rows[4][0].number().unwrap())).await;
        assert_eq!(
            ids(&page(&world.db, &asked).await.unwrap().rows),
            before,
            "the row of the cursor itself is gone"
        );
    }
}

#[tokio::test]
async fn filters_find_the_same_rows_on_both_databases() {
    let text = |text: &str| Value::Text(text.to_owned());
    let key = |key: &str| key.to_owned();
    let cases: Vec<(Vec<Filter>, usize)> = vec![
        (vec![Filter::Contains(vec![key("title")], "ALPHA".to_owned())], 15),
        (vec![Filter::Contains(vec![key("title")], "50%".to_owned())], 15),
        (vec![Filter::Contains(vec![key("title")], "%".to_owned())], 15),
        (vec![Filter::Contains(vec![key("title")], "a_".to_owned())], 15),
        (vec![Filter::Contains(vec![key("title"), key("state")], "fail".to_owned())], 12),
        (vec![Filter::Contains(vec![], "x".to_owned())], 0),
        (vec![Filter::Contains(vec![key("title")], "'; delete from job; --\0".to_owned())], 0),
        (vec![Filter::OneOf(key("state"), vec![text("failed"), text("x' or '1'='1")])], 12),
        (vec![Filter::OneOf(key("state"), vec![])], 0),
        (vec![Filter::OneOf(key("owner"), vec![Value::Number(2)])], 30),
        (
            vec![
                Filter::From(key("created_at"), Value::Number(1010)),
                Filter::To(key("created_at"), Value::Number(1011)),
            ],
            6,
        ),
        (vec![Filter::Below(key("created_at"), Value::Number(1001))], 2),
        (vec![Filter::IsNull(key("finished_at"), true)], 20),
        (vec![Filter::IsNull(key("finished_at"), false)], 40),
    ];
    for world in worlds().await {
        fill(&world, 60).await;
        for (filters, expected) in &cases {
            let mut asked = ask("id", false, 100);
            asked.filters.clone_from(filters);
            let found = page(&world.db, &asked).await.unwrap().rows.len();
            assert_eq!(found, *expected, "{}: {filters:?}", world.name());
            assert_eq!(count(&world.db, &asked, 100).await.unwrap(), Count::Exactly(*expected));
        }
        assert_eq!(count(&world.db, &ask("id", false, 1), 60).await.unwrap(), Count::Exactly(60));
        assert_eq!(count(&world.db, &ask("id", false, 1), 59).await.unwrap(), Count::MoreThan(59));
        assert_eq!(sample(&world.db, &ask("id", true, 1), 3).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn nobody_sees_a_row_outside_the_scope() {
    for world in worlds().await {
        fill(&world, 60).await;
        let mut asked = ask("id", false, 100);
        let binds =
            vec![Value::Text("520101".to_owned()), Value::Text("520102".to_owned()), Value::Number(1)];
        asked.scope = Condition::new("(division >= $1 and division < $2 and owner = $3)".to_owned(), binds);
        asked.filters = vec![Filter::OneOf("state".to_owned(), vec![Value::Text("done".to_owned())])];
        for row in page(&world.db, &asked).await.unwrap().rows {
            assert_eq!((row[4].number(), row[8].text()), (Some(1), Some("520101")), "{}", world.name());
        }
        asked.scope = Condition::new("(1 = 0)".to_owned(), Vec::new());
        assert_eq!(count(&world.db, &asked, 10).await.unwrap(), Count::Exactly(0));
    }
}

/// The plans of the questions that are asked most: no sort, no walk through all rows.
#[tokio::test]
async fn hot_pages_are_found_by_an_index() {
    for world in worlds().await {
        fill(&world, 20_000).await;
        // PostgreSQL gathers statistics by itself; the program gathers none on SQLite.
        if world.name() == "postgres" {
            world.sql("analyze").await;
        }
        let mut said = String::new();
        let newest = ask("created_at", true, 50);
        let mut behind = newest.clone();
        behind.cursor =
            Some(Cursor { is_back: false, value: Value::Number(5000), id: Value::Number(12_000) });
        let mut back = newest.clone();
        back.cursor = Some(Cursor { is_back: true, value: Value::Number(5000), id: Value::Number(12_000) });
        let mut own = newest.clone();
        own.scope = Condition::new("(owner = $1)".to_owned(), vec![Value::Number(1)]);
        for (name, asked) in [("newest", newest), ("behind", behind), ("back", back), ("own", own)] {
            said.push_str(&format!("{name}\n"));
            for line in plan(&world.db, &asked).await.unwrap() {
                said.push_str(&format!("  {line}\n"));
            }
        }
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/all/list/plan.{}.txt", world.name()));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &said).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(said, kept, "{} (UPDATE_GOLDEN=1 writes it anew)", path.display());
        assert!(
            !said.contains("TEMP B-TREE") && !said.contains("Sort") && !said.contains("Seq Scan on job"),
            "{said}"
        );
    }
}
