//! Moving from workspace to workspace: nothing overwritten, nothing followed, nothing outside.

use std::{
    cell::Cell,
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::Path,
};

use super::{DiskError, Site, name, unsafe_name, write};

/// The names in a folder, in order.
fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn a_transfer_takes_everything_and_leaves_an_empty_workspace() {
    let site = Site::new();
    for file in ["a/b/file", ".hidden", "plain"] {
        write(&site.at("joe").join(file));
    }
    fs::write(site.at("joe").join(unsafe_name()), "").unwrap();
    symlink(site.outside(), site.at("joe/link")).unwrap();
    fs::create_dir(site.at("jane")).unwrap();
    write(&site.at("jane/own"));
    site.disk.transfer(&name("joe"), &name("jane"), None, &|| true).unwrap();
    assert_eq!(names(&site.at("joe")), [""; 0]);
    assert_eq!(names(&site.at("jane")).len(), 6);
    assert!(site.at("jane/a/b/file").is_file() && site.at("jane/link").is_symlink());
    assert!(site.outside_is_whole());
}

#[test]
fn what_is_missing_on_the_way_is_made_like_the_source() {
    let site = Site::new();
    write(&site.at("joe/file"));
    if rustix::process::geteuid().is_root() {
        chown(site.at("joe"), Some(1_050), Some(100)).unwrap();
    }
    fs::set_permissions(site.at("joe"), fs::Permissions::from_mode(0o751)).unwrap();
    let source = fs::metadata(site.at("joe")).unwrap();
    site.disk.transfer(&name("joe"), &name("jane"), Some("from/joe/"), &|| true).unwrap();
    assert!(site.at("jane/from/joe/file").is_file());
    for made in ["jane", "jane/from", "jane/from/joe"] {
        let made = fs::metadata(site.at(made)).unwrap();
        assert_eq!((made.mode(), made.uid(), made.gid()), (source.mode(), source.uid(), source.gid()));
    }
}

#[test]
fn nothing_moves_when_anything_is_in_the_way() {
    let site = Site::new();
    // So many that the one in the way is hardly the first to be met.
    for file in 0..100 {
        write(&site.at(&format!("joe/{file}")));
    }
    write(&site.at("jane/50"));
    let in_the_way = site.disk.transfer(&name("joe"), &name("jane"), None, &|| true);
    assert!(matches!(in_the_way, Err(DiskError::Occupied)), "{in_the_way:?}");
    assert_eq!(names(&site.at("joe")).len(), 100);
    assert_eq!(names(&site.at("jane")), ["50"]);
}

#[test]
fn a_transfer_that_cannot_be_is_refused() {
    let site = Site::new();
    write(&site.at("joe/file"));
    fs::create_dir(site.at("jane")).unwrap();
    symlink(site.outside(), site.at("jane/link")).unwrap();
    write(&site.at("jane/plain"));
    let transfer = |from, to, folder| site.disk.transfer(&name(from), &name(to), folder, &|| true);
    assert!(matches!(transfer("joe", "joe", Some("x")), Err(DiskError::IntoItself)));
    assert!(matches!(transfer("nobody", "jane", None), Err(DiskError::Missing)));
    let long = "x/".repeat(3_000);
    for outside in ["..", "../jane2", "/etc", "a/../../b", "a//b", "./a", "a\0b", &long] {
        let refused = transfer("joe", "jane", Some(outside));
        assert!(matches!(refused, Err(DiskError::BadPath)), "{outside}: {refused:?}");
    }
    for no_folder in ["link", "link/deeper", "plain"] {
        let refused = transfer("joe", "jane", Some(no_folder));
        assert!(matches!(refused, Err(DiskError::NotAFolder)), "{no_folder}: {refused:?}");
    }
    assert_eq!(names(&site.at("")), ["jane", "joe"]);
    assert!(site.at("joe/file").is_file());
    assert_eq!(names(&site.outside()), ["kept"]);
}

#[test]
fn an_entry_moves_within_a_workspace_and_to_another() {
    let site = Site::new();
    for file in ["joe/a/file", "joe/b/other", "jane/c/own"] {
        write(&site.at(file));
    }
    let moves = |source: &str, target: &str, owner: &str| {
        site.disk.move_entry(&name("joe"), source, target, &name(owner), &|| true).unwrap();
    };
    moves("a/file", "b/renamed", "joe");
    assert_eq!(names(&site.at("joe/b")), ["other", "renamed"]);
    moves("b/renamed", "c", "jane");
    assert_eq!(names(&site.at("jane/c")), ["own", "renamed"]);
    moves("b/", "", "jane");
    assert_eq!(names(&site.at("jane/b")), ["other"]);
    moves("a", "moved", "jane");
    assert_eq!(names(&site.at("jane")), ["b", "c", "moved"]);
    assert_eq!(names(&site.at("joe")), [""; 0]);
}

#[test]
fn a_link_is_moved_and_never_passed() {
    let site = Site::new();
    write(&site.at("joe/file"));
    symlink(site.outside(), site.at("joe/link")).unwrap();
    let moves = |source, target| site.disk.move_entry(&name("joe"), source, target, &name("joe"), &|| true);
    assert!(matches!(moves("link/kept", "stolen"), Err(DiskError::NotAFolder)));
    assert!(matches!(moves("file", "link/planted"), Err(DiskError::NotAFolder)));
    assert!(matches!(moves("file", "link"), Err(DiskError::Occupied)));
    moves("link", "renamed").unwrap();
    assert!(site.at("joe/renamed").is_symlink());
    assert_eq!(names(&site.outside()), ["kept"]);
}

#[test]
fn a_move_that_cannot_be_is_refused() {
    let site = Site::new();
    for file in ["joe/a/b/file", "joe/a/file", "joe/file", "jane/file"] {
        write(&site.at(file));
    }
    let moves = |source, target, owner| {
        site.disk.move_entry(&name("joe"), source, target, &name(owner), &|| true).unwrap_err()
    };
    assert!(matches!(moves("file", "a", "joe"), DiskError::Occupied));
    assert!(matches!(moves("file", "", "jane"), DiskError::Occupied));
    assert!(matches!(moves("a", "a/b", "joe"), DiskError::IntoItself));
    assert!(matches!(moves("a", "a/b/new", "joe"), DiskError::IntoItself));
    assert!(matches!(moves("a", "a", "joe"), DiskError::IntoItself));
    assert!(matches!(moves("none", "a", "joe"), DiskError::Missing));
    assert!(matches!(moves("file", "no/folder", "joe"), DiskError::Missing));
    assert!(matches!(moves("file", "x", "nobody"), DiskError::Missing));
    assert!(matches!(moves("", "x", "jane"), DiskError::BadPath));
    for outside in ["../jane/file", "/etc/passwd", "a/../../jane", "..", ".", "a/.."] {
        assert!(matches!(moves(outside, "x", "joe"), DiskError::BadPath), "{outside}");
        assert!(matches!(moves("file", outside, "joe"), DiskError::BadPath), "{outside}");
    }
    assert_eq!(names(&site.at("joe")), ["a", "file"]);
}

#[test]
fn a_transfer_stops_between_any_two_entries_and_can_be_repeated() {
    let site = Site::new();
    for file in 0..10 {
        write(&site.at(&format!("joe/{file}")));
    }
    let left = Cell::new(4);
    let go_on = || left.replace(left.get() - 1) > 0;
    let stopped = site.disk.transfer(&name("joe"), &name("jane"), None, &go_on);
    assert!(matches!(stopped, Err(DiskError::Stopped)), "{stopped:?}");
    assert_eq!((names(&site.at("joe")).len(), names(&site.at("jane")).len()), (6, 4));
    let stopped = site.disk.move_entry(&name("jane"), "none", "x", &name("jane"), &|| false);
    assert!(matches!(stopped, Err(DiskError::Stopped)), "{stopped:?}");
    site.disk.transfer(&name("joe"), &name("jane"), None, &|| true).unwrap();
    assert_eq!((names(&site.at("joe")).len(), names(&site.at("jane")).len()), (0, 10));
}
