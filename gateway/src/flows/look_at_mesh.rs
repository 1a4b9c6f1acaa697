//! How every process of the mesh is, as it says itself.

use std::time::Duration;

use futures_util::future::join_all;
use souk_clients::report::{REPORT_PATH, Report};
use souk_clients::{ClientError, MeshClient};

use crate::proxy::Service;

/// Everybody is asked at once, and who has not answered by then is away.
const PATIENCE: Duration = Duration::from_secs(1);

/// A service, with what each of its replicas says.
pub struct Seen {
    /// Which one.
    pub service: Service,
    /// Its replicas, in the order in which they are configured.
    pub replicas: Vec<Replica>,
}

/// One replica.
pub struct Replica {
    /// Where it was asked.
    pub address: String,
    /// Its answer, or why there is none.
    pub report: Result<Report, ClientError>,
}

/// Asks every replica of every service, and never fails nor takes longer than a second.
pub async fn look_at_mesh(services: &[(Service, MeshClient)]) -> Vec<Seen> {
    let look = async |(service, client): &(Service, MeshClient)| Seen {
        service: *service,
        replicas: join_all(client.each().map(ask)).await,
    };
    join_all(services.iter().map(look)).await
}

async fn ask(client: MeshClient) -> Replica {
    let client = client.timeout(PATIENCE);
    Replica {
        address: client.address().trim_end_matches('/').to_owned(),
        report: client.get(REPORT_PATH).await,
    }
}
