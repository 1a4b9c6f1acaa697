//! A part of the mesh that is away for a while.

use crate::mesh::Mesh;

/// Ends when it is told to, or when the test fails.
pub struct Outage<'a> {
    mesh: &'a Mesh,
    end: Option<[&'static str; 3]>,
}

impl<'a> Outage<'a> {
    /// Stops a part of the infrastructure.
    pub async fn of_part(mesh: &'a Mesh, part: &'static str) -> Self {
        Self::begins(mesh, ["infra", "stop", part], ["infra", "start", part]).await
    }

    /// Kills a part of the infrastructure without warning.
    pub async fn of_killed_part(mesh: &'a Mesh, part: &'static str) -> Self {
        Self::begins(mesh, ["infra", "kill", part], ["infra", "start", part]).await
    }

    /// Kills a service without warning.
    pub async fn of_service(mesh: &'a Mesh, service: &'static str) -> Self {
        Self::begins(mesh, ["service", "kill", service], ["service", "start", service]).await
    }

    async fn begins(mesh: &'a Mesh, begin: [&'static str; 3], end: [&'static str; 3]) -> Self {
        // Before the command: what it left half done is put right all the same.
        let outage = Self { mesh, end: Some(end) };
        mesh.xtask(&begin).await;
        outage
    }

    /// Brings the part back.
    pub async fn ends(mut self) {
        if let Some(end) = self.end.take() {
            self.mesh.xtask(&end).await;
        }
    }
}

impl Drop for Outage<'_> {
    fn drop(&mut self) {
        if let Some(end) = self.end {
            let _ = self.mesh.xtask_command(&end).status();
        }
    }
}
