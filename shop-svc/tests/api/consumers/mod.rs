mod orders;
mod users;

use shop_svc::Result;
use souk_db::Conn;

use crate::app::TestApp;

async fn handle(app: &TestApp, work: impl AsyncFnOnce(&mut Conn) -> Result<()>) {
    app.db.db().transaction(work).await.unwrap();
}
