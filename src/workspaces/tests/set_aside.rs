//! Putting out of the way, once for each task, whoever comes again and however late.

use std::{fs, os::unix::fs::symlink};

use super::{DiskError, Emptied, SetAside, Site, Workspaces, name, write};
use crate::workspaces::folder::{Folder, Name};

#[test]
fn a_workspace_goes_to_its_tasks_mark_in_one_step() {
    let site = Site::new();
    write(&site.at("joe/notes/a.ipynb"));
    assert!(!site.disk.has_mark(7).unwrap());
    assert_eq!(site.disk.set_aside(&name("joe"), 7).unwrap(), SetAside::Done);
    assert!(site.disk.has_mark(7).unwrap());
    assert!(!site.disk.exists(&name("joe")).unwrap());
    assert!(site.at("trash/7/notes/a.ipynb").is_file());
    assert_eq!(site.disk.empty(7, &|| true).unwrap(), Emptied::Done);
    assert!(site.is_empty_mark(7));
}

#[test]
fn who_comes_late_takes_nothing_of_what_was_made_since() {
    let site = Site::new();
    write(&site.at("joe/old"));
    site.delete("joe", 7).unwrap();
    write(&site.at("joe/new"));
    assert_eq!(site.disk.set_aside(&name("joe"), 7).unwrap(), SetAside::Already);
    assert_eq!(site.disk.empty(7, &|| true).unwrap(), Emptied::Done);
    assert!(site.at("joe/new").is_file());
}

/// A worker that looked for the mark, stood still, and renames now.
#[test]
fn the_rename_itself_sees_the_mark() {
    let site = Site::new();
    write(&site.at("joe/old"));
    site.delete("joe", 7).unwrap();
    write(&site.at("joe/new"));
    let root = Folder::open_root(&site.at("")).unwrap();
    let trash = root.child(&Name::trash()).unwrap();
    let late = root.rename(&Name::from(&name("joe")), &trash, &Name::numbered(7));
    assert_eq!(late, Err(rustix::io::Errno::EXIST));
    assert!(site.at("joe/new").is_file());
}

#[test]
fn a_missing_workspace_leaves_a_mark_too() {
    let site = Site::new();
    assert_eq!(site.disk.set_aside(&name("joe"), 7).unwrap(), SetAside::Missing);
    assert_eq!(site.disk.set_aside(&name("joe"), 7).unwrap(), SetAside::Already);
    assert!(site.is_empty_mark(7));
    write(&site.at("joe/new"));
    assert_eq!(site.disk.set_aside(&name("joe"), 7).unwrap(), SetAside::Already);
    assert!(site.at("joe/new").is_file());
}

#[test]
fn a_link_in_the_place_of_a_workspace_is_no_workspace() {
    let site = Site::new();
    symlink(site.outside(), site.at("joe")).unwrap();
    assert_eq!(site.delete("joe", 7).unwrap(), Emptied::Done);
    assert!(site.is_empty_mark(7) && site.outside_is_whole());
    assert!(site.at("joe").is_symlink());
    // It came there at the last moment and was set aside: then it is the mark.
    symlink(site.outside(), site.at("trash/8")).unwrap();
    assert_eq!(site.delete("joe", 8).unwrap(), Emptied::Done);
    assert_eq!(site.disk.forget_mark(8, &|| true).unwrap(), Emptied::Done);
    assert!(!site.at("trash/8").is_symlink() && site.outside_is_whole());
}

#[test]
fn a_trash_that_leads_elsewhere_is_refused() {
    let site = Site::new();
    write(&site.at("joe/file"));
    symlink(site.outside(), site.at("trash")).unwrap();
    assert!(matches!(site.delete("joe", 7), Err(DiskError::NotAFolder)));
    assert!(matches!(site.disk.has_mark(7), Err(DiskError::NotAFolder)));
    assert!(site.at("joe/file").is_file() && site.outside_is_whole());
    assert_eq!(fs::read_dir(site.outside()).unwrap().count(), 1);
}

#[test]
fn what_is_mounted_in_a_folder_is_not_entered() {
    let root = Folder::open_root("/".as_ref()).unwrap();
    let proc = Name::new("proc").unwrap();
    assert!(matches!(root.child(&proc), Err(DiskError::Mounted)));
    assert!(matches!(root.child_to_empty(&proc), Err(DiskError::Mounted)));
    let disk = Workspaces::open("/".as_ref()).unwrap();
    assert!(matches!(disk.rehearse(&name("proc"), 7), Err(DiskError::Mounted)));
}

#[test]
fn marks_are_listed_by_number_and_forgotten() {
    let site = Site::new();
    assert_eq!(site.disk.marks().unwrap(), [0; 0]);
    for task in [10, 9, 100] {
        site.disk.set_aside(&name("joe"), task).unwrap();
    }
    for stray in ["07", "x", "+5", "18446744073709551616"] {
        fs::create_dir(site.at("trash").join(stray)).unwrap();
    }
    assert_eq!(site.disk.marks().unwrap(), [9, 10, 100]);
    // A container that still ran has left something in it.
    write(&site.at("trash/9/late/file"));
    assert_eq!(site.disk.forget_mark(9, &|| false).unwrap(), Emptied::Stopped);
    assert_eq!(site.disk.forget_mark(9, &|| true).unwrap(), Emptied::Done);
    assert_eq!(site.disk.forget_mark(9, &|| true).unwrap(), Emptied::Done);
    assert_eq!(site.disk.marks().unwrap(), [10, 100]);
}

#[test]
fn two_tasks_at_once_share_no_mark() {
    let site = Site::new();
    write(&site.at("joe/file"));
    let disk: &Workspaces = &site.disk;
    let outcomes = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..8).map(|_| scope.spawn(move || disk.set_aside(&name("joe"), 7).unwrap())).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(site.at("trash/7/file").is_file(), "{outcomes:?}");
    assert!(outcomes.contains(&SetAside::Done), "{outcomes:?}");
    assert!(!outcomes.contains(&SetAside::Missing), "{outcomes:?}");
}

#[test]
fn a_rehearsal_leaves_nothing_behind_and_minds_nothing_that_one_left() {
    let site = Site::new();
    write(&site.at("joe/file"));
    fs::create_dir_all(site.at("trash/.try-7")).unwrap();
    fs::create_dir_all(site.at("trash/.tried-7")).unwrap();
    site.disk.rehearse(&name("joe"), 7).unwrap();
    assert_eq!(fs::read_dir(site.at("trash")).unwrap().count(), 0);
    assert!(site.at("joe/file").is_file());
    assert!(matches!(site.disk.rehearse(&name("jane"), 7), Err(DiskError::Missing)));
}

/// Nothing says what a file system can do but a rename that is tried.
#[test]
fn a_rename_that_does_not_come_off_is_met_by_the_rehearsal() {
    let site = Site::new();
    write(&site.at("joe/file"));
    write(&site.at("trash/.tried-7/file"));
    assert!(matches!(site.disk.rehearse(&name("joe"), 7), Err(DiskError::Occupied)));
    assert!(site.at("joe/file").is_file());
}
