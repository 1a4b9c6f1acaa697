//! Roles and databases: each service may enter its own database only, and change no schema.

use std::fmt::Write as _;

use anyhow::{Context, Result, ensure};

use super::postgres::psql;
use super::url::with_login;
use crate::replicas::Counts;
use crate::secrets::Secrets;
use crate::services::{OWNER_ROLE, databases, roles};

/// The database that tests make their schemas in.
pub const TEST_DATABASE: &str = "souk_test";

/// Make what is missing and put rights and passwords right; repeating it changes nothing.
pub fn ensure(admin_url: &str, secrets: &Secrets) -> Result<()> {
    psql(admin_url, &cluster_sql(secrets)?)?;
    for database in databases() {
        psql(&with_login(admin_url, None, &database)?, &grants_sql(&database))?;
    }
    Ok(())
}

/// Refuse replicas whose connections Postgres would not let in.
pub fn must_allow(admin_url: &str, counts: &Counts) -> Result<()> {
    let most: usize = psql(admin_url, "show max_connections")?
        .trim()
        .parse()
        .context("Postgres does not say how many connections it allows")?;
    let setting = |name, default| {
        let set = std::env::var(name).ok();
        set.and_then(|value| value.parse().ok()).unwrap_or(default)
    };
    let (pool, workers) = (setting("DB_POOL_SIZE", POOL_SIZE), setting("WORKERS", WORKERS));
    let replicas = counts.all();
    let processes = replicas
        .iter()
        .filter(|replica| replica.service.database().is_some())
        .count();
    let needed = connections(processes, pool, workers);
    ensure!(
        needed <= most,
        "{processes} processes with {workers} workers and pools of {pool} may need {needed} connections, and Postgres allows {most}: \
         take fewer replicas, a smaller DB_POOL_SIZE or a higher max_connections"
    );
    Ok(())
}

/// What a service takes when `DB_POOL_SIZE` says nothing.
const POOL_SIZE: usize = 6;
/// What a service runs when `WORKERS` says nothing.
const WORKERS: usize = 1;

/// A process has a pool for each worker and one for the work beside them, and beside its pools a connection for the
/// lease of its relay, one for its retention job and one for what else happens once; a few are left for operators and migrations.
fn connections(processes: usize, pool: usize, workers: usize) -> usize {
    processes * (pool * (workers + 1) + 3) + 20
}

/// The URL of a service for its own database.
pub fn service_url(admin_url: &str, secrets: &Secrets, database: &str) -> Result<String> {
    with_login(admin_url, Some((database, secrets.role(database)?)), database)
}

/// The URL for migrations of a database.
pub fn owner_url(admin_url: &str, secrets: &Secrets, database: &str) -> Result<String> {
    with_login(admin_url, Some((OWNER_ROLE, secrets.role(OWNER_ROLE)?)), database)
}

fn cluster_sql(secrets: &Secrets) -> Result<String> {
    let mut sql = String::new();
    for role in roles() {
        let password = secrets.role(&role)?;
        writeln!(
            sql,
            "select 'create role {role} login' where not exists (select from pg_roles where rolname = '{role}') \\gexec"
        )?;
        writeln!(sql, "alter role {role} password '{password}';")?;
    }
    // An admin who is not a superuser must be a member of the owner to make databases for it.
    writeln!(
        sql,
        "select 'grant {OWNER_ROLE} to current_user' from pg_roles where rolname = current_user and not rolsuper \\gexec"
    )?;
    for database in databases().iter().map(String::as_str).chain([TEST_DATABASE]) {
        writeln!(
            sql,
            "select 'create database {database} owner {OWNER_ROLE}' \
             where not exists (select from pg_database where datname = '{database}') \\gexec"
        )?;
        writeln!(sql, "revoke all on database {database} from public;")?;
    }
    for database in databases() {
        writeln!(sql, "grant connect on database {database} to {database};")?;
    }
    for database in ["postgres", "template1"] {
        writeln!(
            sql,
            "select 'revoke connect on database {database} from public' from pg_database \
             where datname = '{database}' and pg_has_role(datdba, 'usage') \\gexec"
        )?;
    }
    Ok(sql)
}

fn grants_sql(role: &str) -> String {
    format!(
        "alter default privileges for role {OWNER_ROLE} in schema public \
           grant select, insert, update, delete on tables to {role};\n\
         alter default privileges for role {OWNER_ROLE} in schema public \
           grant usage, select on sequences to {role};\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_of_each_fit_into_our_own_postgres() {
        assert!(connections(2 * databases().len(), POOL_SIZE, WORKERS) <= 300);
        assert!(connections(3 * databases().len(), POOL_SIZE, WORKERS) > 300);
    }

    #[test]
    fn a_role_gets_rows_but_no_schema() {
        let sql = grants_sql("cart_svc");

        assert!(sql.contains("grant select, insert, update, delete on tables to cart_svc"));
        assert!(!sql.contains("create"));
    }
}
