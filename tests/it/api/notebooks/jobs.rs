//! Deletions as jobs: listed, looked at, cancelled.

use super::{ADMIN, BOSS, DELETE, JOE, Site, busy, refused, success};
use crate::api::DEADLINE;
use offstage_tests::eventually;
use serde_json::{Value, json};

async fn begin(site: &Site, name: &str) -> String {
    site.workspace(name);
    let begun = site.post(DELETE, &[("userName", name), ("async", "true")]).await;
    begun["jobId"].as_str().unwrap_or_else(|| panic!("{begun}")).to_owned()
}

async fn job(site: &Site, id: &str) -> Value {
    site.get(&format!("{ADMIN}/system/jobs/{id}")).await
}

async fn until(site: &Site, id: &str, status: &str) -> Value {
    eventually(&format!("job {id} is {status}"), DEADLINE, async || {
        Some(job(site, id).await).filter(|job| job["status"] == status)
    })
    .await
}

#[tokio::test]
async fn a_job_goes_from_submitted_to_completed() {
    let site = Site::open().await;
    let id = begin(&site, JOE).await;
    let waiting = job(&site, &id).await;
    let start = waiting["startTime"].as_i64().unwrap();
    let expected = json!({"jobId": id, "inputs": {"userName": JOE}, "startTime": start, "type": "deleteUserWorkspace",
        "status": "SUBMITTED", "username": "administrator", "customAttributes": {"isCancelled": false}});
    assert_eq!(waiting, expected);
    let _worker = site.worker();
    let done = until(&site, &id, "COMPLETED").await;
    assert_eq!(done["results"], success());
    assert!(
        done["endTime"].as_i64().unwrap() >= start
            && done["customAttributes"] == json!({"isCancelled": false})
    );
    refused(&site.post(&format!("{ADMIN}/system/jobs/{id}/cancel"), &[]).await, 500);
}

#[tokio::test]
async fn a_cancelled_job_has_failed_and_says_that_it_was_cancelled() {
    let site = Site::open().await;
    let id = begin(&site, JOE).await;
    assert_eq!(site.post(&format!("/arcgis/admin/notebooks/jobs/{id}/cancel"), &[]).await, success());
    let ended = job(&site, &id).await;
    assert_eq!(
        (&ended["status"], &ended["customAttributes"]["isCancelled"]),
        (&json!("FAILED"), &json!(true))
    );
    assert_eq!(ended["results"]["status"], "failure");
    assert!(site.has(JOE));
}

#[tokio::test]
async fn jobs_are_listed_briefly_or_in_full() {
    let site = Site::open().await;
    site.container("c1", JOE).await;
    let ids = [begin(&site, JOE).await, begin(&site, "gis_jane").await, begin(&site, "gis_jim").await];
    let _worker = site.worker();
    until(&site, &ids[0], "FAILED").await;
    assert_ne!(site.delete(JOE).await, success());
    let list = async |query: &str| {
        let body = site.get(&format!("{ADMIN}/system/jobs{query}")).await;
        let jobs = body["asyncJobs"].as_array().unwrap().clone();
        assert_eq!(body["total"], 4, "of the set, not of the page");
        jobs
    };
    let of = |jobs: &[Value]| -> Vec<String> {
        jobs.iter().map(|job| job["jobId"].as_str().unwrap().to_owned()).collect()
    };
    let all = list("").await;
    assert_eq!(of(&all), ["1", "2", "3", "4"]);
    let keys: Vec<_> = all[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["jobId", "startTime", "type", "username"]);
    assert_eq!(of(&list("?num=2&sortByDate=true").await), ["4", "3"], "the newest first");
    let full = list("?detail=true").await;
    assert_eq!(full[0]["status"], "FAILED");
    assert_eq!(full[0]["customAttributes"]["isCancelled"], false);
    refused(&site.get(&format!("{ADMIN}/system/jobs?num=x")).await, 400);
}

#[tokio::test]
async fn tasks_of_other_kinds_are_no_jobs() {
    let site = Site::open().await;
    let task = site.api.submit(21).await.to_string();
    for path in [
        format!("{ADMIN}/system/jobs/{task}"),
        format!("{ADMIN}/system/jobs/{task}/cancel"),
        format!("{ADMIN}/system/jobs/x"),
    ] {
        assert_eq!(refused(&site.post(&path, &[]).await, 404), "There is no such job.");
    }
    assert_eq!(site.get(&format!("{ADMIN}/system/jobs")).await, json!({"asyncJobs": [], "total": 0}));
    assert_eq!(site.api.status(task.parse().unwrap()).await, "QUEUED");
}

#[tokio::test]
async fn operators_see_a_removal_with_its_history_and_who_asked_for_it() {
    let site = Site::open().await;
    let _worker = site.worker();
    let boss = site.token(BOSS, &[]).await;
    site.workspace(JOE);
    site.container("c1", JOE).await;
    assert_eq!(site.post_as(Some(&boss), DELETE, &[("userName", JOE)]).await, busy());
    let task = site.api.get("/ops/v1/tasks/1").await.body;
    assert_eq!(
        (&task["kind"], &task["state"], &task["created_by"]),
        (&json!("workspace"), &json!("CONFLICT"), &json!(BOSS))
    );
    assert!(task["history"].as_array().unwrap().len() >= 3, "{task}");
}
