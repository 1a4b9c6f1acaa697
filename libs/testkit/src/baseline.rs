//! Rows as the baseline writes them, which today's stores must read.

use std::path::Path;

use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use serde_json::{Map, Value};

use crate::TestDb;

/// Set to anything, it writes the fixtures of rows anew: on the commit that becomes the baseline, and on no other.
const WRITE: &str = "WRITE_BASELINE";

#[derive(diesel::QueryableByName)]
struct TableName {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Rows {
    #[diesel(sql_type = Text)]
    rows: String,
}

/// The tables of a schema but those of migrations; a partitioned table stands for its partitions.
const TABLES: &str = "select relname::text as name from pg_class
     where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition
         and relname not like '\\_\\_%'
     order by relname";

/// The next number of a column is one that no loaded row has.
const ADVANCE_SEQUENCES: &str = "do $$ declare counted record; begin
     for counted in select table_name::text, column_name::text, coalesce(
             pg_get_serial_sequence(table_name::text, column_name::text),
             substring(column_default from 'nextval\\(''(.*)''::regclass\\)')
         ) as sequence
         from information_schema.columns
         where table_schema = current_schema() and (is_identity = 'YES' or column_default like 'nextval(%')
     loop
         execute format('select setval(%L, greatest(1, coalesce(max(%I), 1))) from %I',
             counted.sequence, counted.column_name, counted.table_name);
     end loop;
 end $$";

impl TestDb {
    /// Fills the tables with the rows that `file` holds, a path inside the crate under test. With `WRITE_BASELINE` set, the
    /// rows are those that `fill` makes, and `file` is written.
    ///
    /// # Panics
    /// When today's tables do not take the rows.
    pub async fn baseline_rows(&self, crate_dir: &str, file: &str, fill: impl Future<Output = ()>) {
        let path = Path::new(crate_dir).join(file);
        if std::env::var_os(WRITE).is_some() {
            fill.await;
            let rows = serde_json::to_string_pretty(&self.all_rows().await).expect("JSON");
            std::fs::create_dir_all(path.parent().expect("a directory")).expect("the directory");
            std::fs::write(&path, rows + "\n").expect("the file");
            return;
        }
        let text = std::fs::read_to_string(&path).expect("rows of the baseline");
        let tables: Map<String, Value> = serde_json::from_str(&text).expect("rows by table");
        self.load(&tables).await;
    }

    /// All rows, without the columns that Postgres computes.
    async fn all_rows(&self) -> Map<String, Value> {
        let mut conn = self.db().conn().await.expect("conn");
        let tables: Vec<TableName> = diesel::sql_query(TABLES).load(&mut conn).await.expect("tables");
        let mut all = Map::new();
        for TableName { name } in tables {
            let statement = format!(
                "select coalesce(jsonb_agg(to_jsonb(t) - array(
                     select column_name::text from information_schema.columns
                     where table_schema = current_schema() and table_name = '{name}' and is_generated = 'ALWAYS'
                 )), '[]')::text as rows from {name} t"
            );
            let found: Rows = diesel::sql_query(statement)
                .get_result(&mut conn)
                .await
                .expect("rows");
            let rows: Value = serde_json::from_str(&found.rows).expect("rows");
            if rows.as_array().is_some_and(|rows| !rows.is_empty()) {
                all.insert(name, rows);
            }
        }
        all
    }

    /// Columns that were added since are left to their defaults. Foreign keys wait until all rows are there.
    async fn load(&self, tables: &Map<String, Value>) {
        let mut conn = self.db().conn().await.expect("conn");
        diesel::sql_query("set session_replication_role = replica")
            .execute(&mut conn)
            .await
            .expect("a superuser");
        for (table, rows) in tables {
            for row in rows.as_array().expect("rows") {
                let columns: Vec<String> = row
                    .as_object()
                    .expect("a row")
                    .keys()
                    .map(|name| format!("\"{name}\""))
                    .collect();
                let columns = columns.join(", ");
                let statement = format!(
                    "insert into {table} ({columns}) overriding system value
                     select {columns} from jsonb_populate_record(null::{table}, $1::jsonb)"
                );
                diesel::sql_query(statement)
                    .bind::<Text, _>(row.to_string())
                    .execute(&mut conn)
                    .await
                    .unwrap_or_else(|error| panic!("{table} does not take a row of the baseline: {error}"));
            }
        }
        for statement in ["set session_replication_role = default", ADVANCE_SEQUENCES] {
            diesel::sql_query(statement)
                .execute(&mut conn)
                .await
                .expect("a superuser");
        }
    }
}
