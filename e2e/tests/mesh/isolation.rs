//! A service's database is its own, and its shape is nobody's but the migrations'.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, Config, NoTls};

use crate::mesh::Mesh;

#[derive(Deserialize)]
struct Secrets {
    roles: BTreeMap<String, String>,
}

impl Mesh {
    /// The service roles, which are also the names of their databases, with their passwords.
    pub fn roles(&self) -> BTreeMap<String, String> {
        let text = fs::read_to_string(self.dir.join("secrets.json")).unwrap();
        let secrets: Secrets = serde_json::from_str(&text).unwrap();
        let services = |role: &String| role.ends_with("_svc");
        let roles: BTreeMap<_, _> = secrets
            .roles
            .into_iter()
            .filter(|(role, _)| services(role))
            .collect();
        assert_eq!(roles.len(), 8);
        roles
    }

    /// A connection to a database under a role.
    pub async fn enter(&self, role: &str, password: &str, database: &str) -> Result<Client, SqlState> {
        let mut config: Config = self.run.postgres_url.parse().unwrap();
        config.user(role).password(password).dbname(database);
        let (client, connection) = config.connect(NoTls).await.map_err(|error| {
            error
                .code()
                .cloned()
                .unwrap_or_else(|| panic!("{role} at {database}: {error}"))
        })?;
        tokio::spawn(connection);
        Ok(client)
    }
}

#[tokio::test]
async fn a_role_enters_its_own_database_only() {
    let mesh = Mesh::shared().await;
    let roles = mesh.roles();
    let others = ["postgres", "template1", "souk_test"];

    for (role, password) in &roles {
        for database in roles.keys().map(String::as_str).chain(others) {
            let entered = mesh.enter(role, password, database).await.map(drop);
            let expected = if database == role {
                Ok(())
            } else {
                Err(SqlState::INSUFFICIENT_PRIVILEGE)
            };
            assert_eq!(entered, expected, "{role} at {database}");
        }
    }
}

#[tokio::test]
async fn a_role_reads_and_writes_rows_but_no_schema() {
    let mesh = Mesh::shared().await;

    for (role, password) in &mesh.roles() {
        let client = mesh.enter(role, password, role).await.unwrap();
        let table = own_table(&client).await;
        client
            .query(&format!("select 1 from {table} limit 1"), &[])
            .await
            .unwrap();
        for sql in [
            "create table mine (id int)".to_owned(),
            "create schema mine".to_owned(),
            "create temporary table mine (id int)".to_owned(),
            "create function mine() returns int language sql as 'select 1'".to_owned(),
            format!("alter table {table} add column mine int"),
            format!("create index mine on {table} ((1))"),
            format!("truncate {table}"),
            format!("drop table {table}"),
            "set role souk_owner".to_owned(),
        ] {
            let refused = client
                .batch_execute(&sql)
                .await
                .expect_err(&format!("{role}: {sql}"));
            assert_eq!(
                refused.code(),
                Some(&SqlState::INSUFFICIENT_PRIVILEGE),
                "{role}: {sql}: {refused}"
            );
        }
    }
}

/// A table that migrations made.
async fn own_table(client: &Client) -> String {
    let sql = "select tablename::text from pg_tables where schemaname = 'public' and tablename not like '\\_\\_%' \
               order by tablename limit 1";
    client.query_one(sql, &[]).await.unwrap().get(0)
}
