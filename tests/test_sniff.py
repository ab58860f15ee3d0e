"""What a content is, is told by its bytes: names lie, and staff rename files to get them through."""

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from PIL import Image

from parsers.sniff import format_of, is_program
from tests import mail_builders as build

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIL = build.mail(build.text_part("正文"))


def image(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, kind)
    return out.getvalue()


def package(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, b"x" * 100)
    return out.getvalue()


CONTENTS = {
    "docm": (package("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), "docx"),
    "a docx written with backslashes": (
        build.zip_bytes([build.ZipMember(b"[Content_Types].xml"), build.ZipMember(b"word\\document.xml")]),
        "docx",
    ),
    "a docx whose word/ comes last": (
        package("[Content_Types].xml", *map(str, range(900)), "word/document.xml"),
        "docx",
    ),
    "pptx": (package("[Content_Types].xml", "ppt/presentation.xml"), "pptx"),
    "ofd": (package("OFD.xml", "Doc_0/Document.xml"), "ofd"),
    "a zip that holds a docx": (package("word/x.docx", "a.docx"), "zip"),
    "an empty zip": (package(), "zip"),
    "a truncated zip": (package("a.docx")[:60], "zip"),
    "a program in a zip of Java": (package("META-INF/MANIFEST.MF"), "exe"),
    "ole": (OLE + bytes(500), "ole"),
    "rtf": (b"{\\rtf1\\ansi", "rtf"),
    "pdf": (b"%PDF-1.7\n", "pdf"),
    "jpeg": (image("JPEG"), "jpeg"),
    "png": (image("PNG"), "png"),
    "gif": (image("GIF"), "gif"),
    "bmp": (image("BMP"), "bmp"),
    "tiff": (image("TIFF"), "tiff"),
    "webp": (image("WEBP"), "webp"),
    "heic": (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "heic"),
    "mp4": (b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00", "mp4"),
    "m4v": (b"\x00\x00\x00\x18ftypM4V \x00\x00\x02\x00", "mp4"),
    "mov": (b"\x00\x00\x00\x14ftypqt  \x00\x00\x02\x00", "mov"),
    "an old mov": (b"\x00\x00\x00\x08wide\x00\x00\x02\x00mdat", "mov"),
    "avi": (b"RIFF\x00\x00\x00\x00AVI LIST", "avi"),
    "mkv": (b"\x1aE\xdf\xa3\x01\x00", "mkv"),
    "flv": (b"FLV\x01\x05\x00\x00\x00\x09", "flv"),
    "rmvb": (b".RMF\x00\x00\x00\x12", "rm"),
    "mpg": (b"\x00\x00\x01\xba\x44", "mpeg"),
    "a transport stream": ((b"G\x40\x11\x10" + bytes(184)) * 4, "mpegts"),
    "a camcorder's transport stream": ((bytes(4) + b"G\x40\x11\x10" + bytes(184)) * 4, "mpegts"),
    "a text of G": (b"G" * 600, "text"),
    "3gp": (b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x003gp4isom", "3gp"),
    "an mp4 of an old phone": (b"\x00\x00\x00\x18ftyp3gp4\x00\x00\x00\x00mp42isom", "mp4"),
    "avif by its second brand": (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00miafavif", "avif"),
    "wmv": (b"0&\xb2u\x8ef\xcf\x11\xa6\xd9", "wmv"),
    "7z": (b"7z\xbc\xaf'\x1c\x00\x04", "7z"),
    "rar": (b"Rar!\x1a\x07\x00", "rar"),
    "gz": (b"\x1f\x8b\x08\x00", "gz"),
    "tar": (bytes(257) + b"ustar\x0000", "tar"),
    "exe": (b"MZ\x90\x00\x03\x00\x00\x00" + bytes(100), "exe"),
    "a text that begins with MZ": (b"MZ is a name" + b" and so on" * 10, "text"),
    "eml": (MAIL, "eml"),
    "eml after blank lines": (b"\r\n\r\n" + MAIL, "eml"),
    "mbox": (b"From a@b.cn Wed Aug  5 10:00:00 2026\n" + MAIL, "eml"),
    "mht": (b"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\nDate: now\r\n\r\n--x", "mht"),
    "a list with colons": ("联系人：王\nFrom: 杭州\n电话: 1".encode(), "text"),
    "html": (b"\xef\xbb\xbf<!DOCTYPE html><html>", "html"),
    "html of Word": (b"<html xmlns:o='urn:schemas-microsoft-com'>", "html"),
    "text in GBK": ("序号,小区\n1,阳光花园".encode("gbk"), "text"),
    "text in UTF-16": ("序号".encode("utf-16"), "text"),
    "nothing": (b"", "unknown"),
    "noise": (b"\x00\x01\x02\x03" * 20, "unknown"),
}


@pytest.mark.parametrize("case", CONTENTS)
def test_a_format_is_told_by_its_bytes(case: str, tmp_path: Path) -> None:
    data, expected = CONTENTS[case]
    path = tmp_path / "photo.jpg"
    path.write_bytes(data)
    assert format_of(data[:4096], path) == expected


def test_real_office_files_are_told_from_archives(tmp_path: Path) -> None:
    word, sheet = tmp_path / "a", tmp_path / "b"
    Document().save(str(word))
    Workbook().save(sheet)
    assert format_of(word.read_bytes()[:4096], word) == "docx"
    assert format_of(sheet.read_bytes()[:4096], sheet) == "xlsx"
    assert format_of(word.read_bytes()[:4096]) == "docx"


@pytest.mark.parametrize("name", ["a.exe", "照片.jpg.SCR", "a.vbs", "a.lnk", "a.bat", "a.js"])
def test_a_program_is_told_by_its_name(name: str) -> None:
    assert is_program(name, b"@echo off")


@pytest.mark.parametrize("name", ["a.docx", "company.com.docx", "json", "a.json", "exe"])
def test_a_document_is_no_program(name: str) -> None:
    assert not is_program(name, b"text")


@given(head=st.binary(max_size=300))
def test_any_bytes_have_a_format(head: bytes) -> None:
    assert format_of(head)
