// The map island. It takes its place above a table that says the same; without scripts the table stays alone.
// <div data-map="/address/of/layers.json" hidden>: a list of layers {key, name, kind?, features: FeatureCollection}
// or one FeatureCollection.
import type { Feature, FeatureCollection, GeoJsonObject } from "geojson";
import { circleMarker, control, divIcon, geoJSON, layerGroup, map as makeMap, marker, point as pixels, polyline, type LatLng, type Layer as Drawn, type Map as LeafletMap, type Marker, type PathOptions, type Point } from "leaflet";
import "leaflet/dist/leaflet.css";
import "../css/map.css";

type MapLayer = { key?: string; name?: string; shown?: boolean; fit?: boolean; features?: FeatureCollection | Feature[]; data?: GeoJsonObject };

const LOOKS: Record<string, PathOptions> = {
  province: { className: "map-province", weight: 1.5, fillOpacity: 0.25 },
  district: { className: "map-district", weight: 1, fillOpacity: 0.05 },
  commune: { className: "map-commune", weight: 0.8, fillOpacity: 0.05 },
  shared_border: { className: "map-border", weight: 4, fill: false },
  river: { className: "map-river", weight: 3, fill: false },
};

function look(feature?: Feature): PathOptions {
  const kind = String(feature?.properties?.["kind"] ?? "");
  if (feature?.geometry?.type === "Point") return {}; // drawn by point()
  if (feature?.properties?.["tone"]) return { className: `map-${kind} ${plain(feature, "tone")}`, weight: 6, fill: false };
  return LOOKS[kind] ?? LOOKS[kind.includes("river") ? "river" : kind.includes("border") ? "shared_border" : "commune"] ?? {};
}

function plain(feature: Feature, name: string): string {
  return String(feature.properties?.[name] ?? "").replace(/[^\w-]/g, "");
}

// A point with a label is a tile with a letter on it, so that colour is never alone; others are small circles.
function point(feature: Feature, at: LatLng): Drawn {
  const kind = plain(feature, "kind");
  const letter = feature.properties?.["label"];
  if (!letter) return circleMarker(at, { className: `map-spot map-${kind}`, radius: 5, weight: 2, fillOpacity: 1 });
  const tile = document.createElement("span");
  tile.textContent = String(letter);
  tile.className = `class-tile ${plain(feature, "tone")}${feature.properties?.["silent"] ? " class-silent" : ""}`;
  const name = String(feature.properties?.["name"] ?? "");
  return marker(at, { icon: divIcon({ className: "map-tile", html: tile, iconSize: [30, 22] }), alt: name, title: "", keyboard: Boolean(feature.properties?.["url"]) });
}

const TILE = { wide: 34, high: 26 };
// Where a tile may stand whose own place is taken, nearest first; in tiles from its place.
const ASIDE = [[0, 0], [1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [-1, -1], [1, 1], [-1, 1], [2, 0], [-2, 0], [0, -2], [0, 2]] as const;

// Stations that lie close together: their tiles step aside, each tied to its place by a line.
function keepApart(map: LeafletMap, layers: Drawn[]): void {
  const homes = new Map<Marker, LatLng>();
  for (const layer of layers) if ("setIcon" in layer) homes.set(layer as Marker, (layer as Marker).getLatLng());
  const ties = layerGroup().addTo(map);
  const spread = (): void => {
    const taken: Point[] = [];
    ties.clearLayers();
    for (const [tile, home] of homes) {
      if (!map.hasLayer(tile)) continue;
      const own = map.latLngToLayerPoint(home);
      const isFree = (at: Point): boolean => taken.every((other) => Math.abs(other.x - at.x) >= TILE.wide || Math.abs(other.y - at.y) >= TILE.high);
      const places = ASIDE.map(([right, down]) => own.add(pixels(right * TILE.wide, down * TILE.high)));
      const chosen = places.find(isFree) ?? own;
      taken.push(chosen);
      tile.setLatLng(chosen === places[0] ? home : map.layerPointToLatLng(chosen));
      if (!chosen.equals(own)) {
        ties.addLayer(polyline([home, map.layerPointToLatLng(chosen)], { className: "map-tie", weight: 1.5, interactive: false }));
        ties.addLayer(circleMarker(home, { className: "map-tie", radius: 3, weight: 1.5, fillOpacity: 1, interactive: false }));
      }
    }
  };
  map.on("zoomend overlayadd overlayremove", spread);
  spread();
}

function open(feature: Feature, layer: Drawn): void {
  const address = feature.properties?.["url"];
  if (typeof address !== "string" || !address.startsWith("/")) return;
  layer.on("click", () => location.assign(address));
  layer.on("keypress", (event) => {
    if ((event as unknown as { originalEvent: KeyboardEvent }).originalEvent.key === "Enter") location.assign(address);
  });
}

function label(feature: Feature, layer: Drawn): void {
  open(feature, layer);
  const name = feature.properties?.["full_name"] ?? feature.properties?.["name"];
  if (!name) return;
  const always = feature.properties?.["kind"] === "province";
  layer.bindTooltip(String(name), { permanent: always, sticky: !always, direction: always ? "center" : "auto", className: "map-label" });
}

function collectionOf(layer: MapLayer): GeoJsonObject | null {
  if (layer.data) return layer.data;
  if (Array.isArray(layer.features)) return { type: "FeatureCollection", features: layer.features } as FeatureCollection;
  return layer.features ?? null;
}

async function layersFrom(address: string): Promise<MapLayer[]> {
  const answer = await fetch(address, { headers: { Accept: "application/json" }, credentials: "same-origin" });
  if (!answer.ok) throw new Error(String(answer.status));
  const body: unknown = await answer.json();
  if (Array.isArray(body)) return body as MapLayer[];
  if (typeof body === "object" && body !== null && "layers" in body) return (body as { layers: MapLayer[] }).layers;
  return [{ data: body as GeoJsonObject }];
}

// Leaflet takes HTML here: a colour key, then the name as text.
function named(layer: MapLayer): string {
  const words = document.createElement("span");
  words.textContent = layer.name ?? "";
  const key = (layer.key ?? "").replace(/[^a-z_-]/g, "");
  return `<i class="map-key map-key-${key}"></i>${words.outerHTML}`;
}

function drawAll(map: LeafletMap, layers: MapLayer[]): void {
  const chooser: Record<string, Drawn> = {};
  const everything = geoJSON();
  const ground = geoJSON();
  for (const layer of layers) {
    const shape = collectionOf(layer);
    if (!shape) continue;
    const drawn = geoJSON(shape, { style: look, pointToLayer: point, onEachFeature: label });
    drawn.eachLayer((part) => (layer.fit === false ? ground : everything).addLayer(part));
    if (layer.shown !== false) drawn.addTo(map);
    if (layer.name) chooser[named(layer)] = drawn;
  }
  if (Object.keys(chooser).length > 1) control.layers(undefined, chooser, { collapsed: map.getSize().x < 700 }).addTo(map);
  const bounds = everything.getBounds().isValid() ? everything.getBounds() : ground.getBounds();
  if (bounds.isValid()) map.fitBounds(bounds, { animate: false, padding: [44, 28] }); // labels stand around their places
  keepApart(map, [...everything.getLayers(), ...ground.getLayers()]);
}

async function show(box: HTMLElement): Promise<void> {
  box.hidden = false;
  const map = makeMap(box, { zoomControl: false, zoomSnap: 0.25, scrollWheelZoom: false, attributionControl: false });
  const words = box.dataset;
  control.zoom({ zoomInTitle: words["zoomIn"] ?? "+", zoomOutTitle: words["zoomOut"] ?? "-" }).addTo(map);
  control.scale({ imperial: false }).addTo(map);
  try {
    drawAll(map, await layersFrom(words["map"] ?? ""));
  } catch {
    map.remove();
    box.textContent = words["failed"] ?? "";
    box.classList.add("map-failed");
  }
}

for (const box of document.querySelectorAll<HTMLElement>("[data-map]")) void show(box);
