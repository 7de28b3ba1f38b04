// A frame's name in at most `room` characters; the same as FlameLabel in flame_label.cc.
function flameLabel(name, room) {
  if (room < 3) return '';
  if (name.length <= room) return name;
  const pathEnd = text => { const at = text.search(/[[(< ]/); return at < 0 ? text.length : at; };
  const inPackage = name.slice(name.slice(0, pathEnd(name)).lastIndexOf('/') + 1);
  if (inPackage.length <= room) return inPackage;
  const dot = inPackage.slice(0, pathEnd(inPackage) + 1).indexOf('.');
  const local = dot > 0 && dot + 1 < inPackage.length ? inPackage.slice(dot + 1) : inPackage;
  if (local.length <= room) return local;
  const receiver = local[0] === '(' ? local.indexOf(').') : -1;
  const method = receiver < 0 || receiver + 2 >= local.length ? local : local.slice(receiver + 2);
  return method.length <= room ? method : method.slice(0, room - 1) + '…';
}
